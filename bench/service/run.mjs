// In: a running service, and oha on PATH. Out: how many records a second it codes, and how long a record takes at a
// steady rate, as a Markdown table. Both run on the same machine and share its processors.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { requestToken, url } from "../../contract/service.mjs";

const SECONDS = 20;
const STEADY_RATE = 1500;

// The evaluation's records, so that no two calls in a row are the same.
const lines = readFileSync("lexicon/evaluation/osca.tsv", "utf8").trim().split("\n").slice(1);
const records = lines.map((line) => line.split("\t").slice(0, 2));
const fitting = records.filter(
  ([title, tasks]) => title.length + tasks.length >= 3 && title.length + tasks.length <= 100,
);
const body = ([occp_text, tasks_text]) => JSON.stringify({ record: { occp_text, tasks_text }, numberOfSuggestions: 3 });
mkdirSync("target/bench", { recursive: true });
writeFileSync("target/bench/records.jsonl", fitting.map(body).join("\n"));

const token = (await (await requestToken()).json()).access_token;
const batch = JSON.stringify({ records: fitting.slice(0, 300).map((record) => JSON.parse(body(record)).record) });
writeFileSync("target/bench/batch.json", batch);

// Processor time that the service has used, in milliseconds: the kernel counts hundredths of a second.
const pid = readFileSync(process.argv[2], "utf8").trim();
function processorTime() {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function measure(...options) {
  const always = ["--no-tui", "--output-format", "json", "-m", "POST", "-H", `authorization: ${token}`];
  const before = processorTime();
  const output = execFileSync(
    "oha",
    [...always, "-H", "content-type: application/json", "-z", `${SECONDS}s`, ...options, `${url}/v1/topics/osca/code`],
    { maxBuffer: 1 << 28 },
  );
  const used = processorTime() - before;
  const { summary, latencyPercentiles, statusCodeDistribution } = JSON.parse(output);
  const calls = Object.values(statusCodeDistribution).reduce((sum, number) => sum + number, 0);
  if (calls !== statusCodeDistribution["200"]) {
    throw new Error(`not every call was answered 200: ${JSON.stringify(statusCodeDistribution)}`);
  }
  return { rate: summary.requestsPerSec, processor: used / calls, ...latencyPercentiles };
}

const milliseconds = (seconds) => (1000 * seconds).toFixed(2);
const row = (what, { rate, p50, p99, processor }) =>
  console.log(
    `| ${what} | ${Math.round(rate)} | ${milliseconds(p50)} | ${milliseconds(p99)} | ${processor.toFixed(3)} |`,
  );

const single = ["-Z", "target/bench/records.jsonl"];
console.log("| calls | a second | p50 ms | p99 ms | processor ms a call |\n|---|---|---|---|---|");
row("one record, 16 connections, as fast as they go", measure(...single, "-c", "16"));
row(
  `one record, ${STEADY_RATE} a second`,
  measure(...single, "-c", "32", "-q", String(STEADY_RATE), "--latency-correction"),
);
row("300 records, 2 connections, as fast as they go", measure("-D", "target/bench/batch.json", "-c", "2"));
