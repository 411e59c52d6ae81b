// In: a running service, the file with its process id, and how many lines, if not a million. Out: how long a file of so
// many records takes from its upload to its codes, and the most memory that the service took, as a Markdown table.

import { createReadStream, createWriteStream, mkdirSync, readFileSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { call, requestToken, useToken } from "../../contract/service.mjs";

const PID = readFileSync(process.argv[2], "utf8").trim();
const LINES = Number(process.argv[3] ?? 1_000_000);
const FILE = "target/bench/records-by-line.jsonl";

const rows = readFileSync("lexicon/evaluation/osca.tsv", "utf8").trim().split("\n").slice(1);
const records = rows.map((row) => row.split("\t").slice(0, 2));
function* input() {
  for (let number = 0; number < LINES; number += 1) {
    const [occp_text, tasks_text] = records[number % records.length];
    yield `${JSON.stringify({ recordId: String(number), occp_text, tasks_text })}\n`;
  }
}
mkdirSync("target/bench", { recursive: true });
await pipeline(Readable.from(input()), createWriteStream(FILE));

function peakMegabytes() {
  const [, kilobytes] = readFileSync(`/proc/${PID}/status`, "utf8").match(/VmHWM:\s+(\d+)/);
  return Math.round(kilobytes / 1024);
}

useToken((await (await requestToken()).json()).access_token);
const { requestUploadUrl, operationId, bucketKmsKeyArn } = (await call("POST", "/v1/topics/osca/batch-code")).json;
const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
const upload = await fetch(requestUploadUrl, {
  method: "PUT",
  headers: {
    "content-length": String(statSync(FILE).size),
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": bucketKmsKeyArn,
  },
  body: Readable.toWeb(createReadStream(FILE)),
  duplex: "half",
});
if (!upload.ok) throw new Error(`the upload was answered ${upload.status}: ${await upload.text()}`);
const uploaded = seconds();
let state;
do {
  await pause(500);
  state = (await call("GET", `/v1/topics/osca/batch-code/operations/${operationId}`)).json;
} while (state.operationStatus === "in_progress");
if (state.operationStatus !== "complete") throw new Error(`the operation is ${JSON.stringify(state)}`);
const coded = seconds();
let bytes = 0;
let lines = 0;
for await (const part of (await fetch(state.responseDownloadUrl)).body) {
  bytes += part.length;
  for (const byte of part) lines += byte === 10 ? 1 : 0;
}
if (lines !== LINES) throw new Error(`${lines} lines came back instead of ${LINES}`);

console.log("| lines | upload s | coded s | lines a second | download s | output MB | peak memory MB |");
console.log("|---|---|---|---|---|---|---|");
const cells = [
  LINES,
  uploaded.toFixed(1),
  coded.toFixed(1),
  Math.round(LINES / coded),
  (seconds() - coded).toFixed(1),
  Math.round(bytes / 1e6),
  peakMegabytes(),
];
console.log(`| ${cells.join(" | ")} |`);
