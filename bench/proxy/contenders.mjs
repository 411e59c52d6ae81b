// In: the occuform command and its model; nginx on PATH. Out: upstreams, nginx and the proxy as running processes, and how
// they are asked. Next: run.mjs and outage.mjs measure them.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProxy } from "../../scripts/proxy.mjs";

export const path = "/v1/topics/osca/code";
export const folder = mkdtempSync(join(tmpdir(), "occuform-bench-"));
const running = [];

export function stopAll() {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true, force: true });
}

export const body = (title) => JSON.stringify({ record: { occp_text: title, tasks_text: "" }, numberOfSuggestions: 3 });

/** What came of a title: whether it has a code, from whom, and after how many milliseconds. */
export async function ask(url, title) {
  const started = performance.now();
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: body(title) });
    const text = await answer.text();
    const good = answer.ok && JSON.parse(text).input.occp_text === title;
    return { good, source: answer.headers.get("occuform-source"), took: performance.now() - started };
  } catch {
    // A connection that was closed without an answer.
    return { good: false };
  }
}

/** A Coding Service that takes so many calls a second: its process and its address. */
export async function startUpstream(callsPerSecond) {
  const child = spawn(process.execPath, ["bench/proxy/upstream.mjs", String(callsPerSecond)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  return { child, url: await firstLine(child) };
}

/** Where it keeps answers, and where it passes each call through. */
export async function startNginx(upstream) {
  const [keeping, through] = [await freePort(), await freePort()];
  const place = mkdtempSync(join(folder, "nginx-"));
  const config = readFileSync("bench/proxy/nginx.conf", "utf8")
    .replaceAll("KEEPING", `127.0.0.1:${keeping}`)
    .replaceAll("THROUGH", `127.0.0.1:${through}`)
    .replaceAll("UPSTREAM", new URL(upstream).host)
    .replaceAll("FOLDER", place);
  writeFileSync(join(place, "nginx.conf"), config);
  running.push(spawn("nginx", ["-p", place, "-c", join(place, "nginx.conf")], { stdio: "inherit" }));
  const url = `http://127.0.0.1:${keeping}`;
  await untilAnswered(`${url}/v1/topics/osca/models/latest`);
  return { url, through: `http://127.0.0.1:${through}` };
}

/** The proxy before an upstream, and what it has counted. */
export async function startOurs(occuform, model, upstream, settings = {}) {
  const admin = `127.0.0.1:${await freePort()}`;
  const { proxy, url } = await startProxy(occuform, model, {
    OCCUFORM_UPSTREAM_TOKEN_URL: `${upstream}/oauth2/token`,
    OCCUFORM_UPSTREAM_API_URL: upstream,
    OCCUFORM_UPSTREAM_CLIENT_ID: "bench",
    OCCUFORM_UPSTREAM_CLIENT_SECRET: "bench",
    OCCUFORM_UPSTREAM_STATE: mkdtempSync(join(folder, "state-")),
    OCCUFORM_ADMIN_LISTEN: admin,
    ...settings,
  });
  running.push(proxy);
  await untilAnswered(`${url}v1/topics/osca/models/latest`);
  const counted = async (metric) => {
    const lines = (await (await fetch(`http://${admin}/metrics`)).text()).split("\n");
    const counts = lines.filter((line) => line.startsWith(`occuform_proxy_${metric}`));
    return counts.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  };
  return { url: url.replace(/\/$/, ""), counted };
}

export const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);

export function header(...names) {
  row(...names);
  row(...names.map(() => "---"));
}

/** The value that this share of the numbers does not exceed. */
export function quantile(numbers, share) {
  return numbers.toSorted((a, b) => a - b)[Math.ceil(share * numbers.length) - 1];
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (text) => resolve(text.toString().split("\n")[0]));
    child.once("exit", () => reject(new Error("it did not start")));
  });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswered(url) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
