// In: where the service is and who asks, from the environment. Out: calls with one shared token, no faster than the
// service allows. Next: contract.test.mjs says what their answers must be.

import { readFileSync } from "node:fs";

const environment = (name, fallback) => process.env[`OCCUFORM_CONTRACT_${name}`] || fallback;

export const url = environment("URL", "http://127.0.0.1:8081").replace(/\/$/, "");
const tokenUrl = environment("TOKEN_URL", url).replace(/\/$/, "");
const pause = Number(environment("PAUSE_MS", "1100"));

/** Whether to hold the service to what the guide leaves open, as our own service decides it. */
export const strict = environment("STRICT") === "1";
/** Whether the client may code files, and they are to be tried. */
export const files = environment("FILES") === "1";
/** How long to wait between two looks at a file's state, in milliseconds. */
export const pollPause = Number(environment("POLL_MS", "60000"));

/** `clientID` and `clientSecret`: from a JSON file, or one by one. */
export function credentials() {
  const file = environment("CREDENTIALS_FILE");
  if (file) return JSON.parse(readFileSync(file, "utf8"));
  const clientID = environment("CLIENT_ID");
  const clientSecret = environment("CLIENT_SECRET");
  if (clientID && clientSecret) return { clientID, clientSecret };
  throw new Error(
    "who asks? Set OCCUFORM_CONTRACT_CREDENTIALS_FILE to a JSON file with clientID and clientSecret, " +
      "or OCCUFORM_CONTRACT_CLIENT_ID and OCCUFORM_CONTRACT_CLIENT_SECRET, or OCCUFORM_CONTRACT_TOKEN",
  );
}

/** Asks for a token. The service allows one an hour, so that this happens once a run. */
export async function requestToken() {
  const { clientID, clientSecret } = credentials();
  return fetch(`${tokenUrl}/oauth2/token`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `Basic ${Buffer.from(`${clientID}:${clientSecret}`).toString("base64")}`,
    },
    body: "grant_type=client_credentials",
  });
}

/** A token from an earlier run, if there is one. */
let token = environment("TOKEN");
export const hasToken = () => Boolean(token);
export function useToken(fresh) {
  token = fresh;
}

let next = 0;
/** Waits until the next call may be made: the service allows one a second. */
export async function turn() {
  const now = Date.now();
  const wait = Math.max(0, next - now);
  next = Math.max(now, next) + pause;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

/** One call with the shared token, unless `headers` has another. `body` is sent as it is when it is text. */
export async function call(method, path, { body, headers = {} } = {}) {
  await turn();
  const response = await fetch(url + path, {
    method,
    headers: { authorization: token, "content-type": "application/json", ...headers },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}
