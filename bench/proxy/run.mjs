// In: the occuform command and its model; nginx and oha on PATH. Out: the proxy beside nginx, which holds a token and
// keeps answers, too, as Markdown tables. All of it runs on one machine and shares its processors. Neither writes a log
// line a request.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  ask,
  body,
  folder,
  header,
  path,
  quantile,
  row,
  startNginx,
  startOurs,
  startUpstream,
  stopAll,
} from "./contenders.mjs";
import { measureOutage } from "./outage.mjs";

const [occuform, model] = process.argv.slice(2);
const SECONDS = 15;
const ROUNDS = 3;
const RESPONDENTS = 300;
// Few enough to be asked for once at a call a second.
const KEPT = 8;
const DIFFERENT = 500_000;

// Every title is asked for, a call a second, until its answer is the upstream's, and is kept from then on.
async function warm(url) {
  for (let title = 0; title < KEPT; title++) {
    for (;;) {
      const { good, source } = await ask(url, `sparky ${title}`);
      if (good && source !== "embedded") break;
      await pause(200);
    }
  }
}

// As many as they go, of the bodies in the file. Rates count answers with a code.
function load(url, bodies, connections) {
  const options = ["--no-tui", "--output-format", "json", "-m", "POST", "-H", "content-type: application/json"];
  const output = execFileSync(
    "oha",
    [...options, "-c", String(connections), "-z", `${SECONDS}s`, "-Z", join(folder, bodies), `${url}${path}`],
    { maxBuffer: 1 << 28 },
  );
  const { summary, latencyPercentiles, statusCodeDistribution } = JSON.parse(output);
  if (Object.keys(statusCodeDistribution).join() !== "200") {
    throw new Error(`not every answer was 200: ${JSON.stringify(statusCodeDistribution)}`);
  }
  return { rate: statusCodeDistribution[200] / summary.total, p99: 1000 * latencyPercentiles.p99 };
}

function writeBodies(name, titles) {
  writeFileSync(join(folder, name), titles.map(body).join("\n"));
}

const median = (rounds, what) =>
  quantile(
    rounds.map((round) => round[what]),
    0.5,
  );

function compareLoads(rounds) {
  header("", "a second", "p99 ms");
  for (const [name, own] of Object.entries(rounds)) {
    row(name, Math.round(median(own, "rate")), median(own, "p99").toFixed(2));
  }
  const [nginx, ours] = Object.values(rounds);
  const ratio = (what) => `${(median(ours, what) / median(nginx, what)).toFixed(2)}x`;
  row("ratio", ratio("rate"), ratio("p99"));
}

async function measureKept(ours, nginx) {
  await Promise.all([warm(ours.url), warm(nginx.url)]);
  writeBodies(
    "kept",
    Array.from({ length: KEPT }, (_, title) => `sparky ${title}`),
  );
  const rounds = { "nginx, proxy_cache": [], "Occuform's proxy": [] };
  for (let round = 0; round < ROUNDS; round++) {
    rounds["nginx, proxy_cache"].push(load(nginx.url, "kept", 16));
    rounds["Occuform's proxy"].push(load(ours.url, "kept", 16));
  }
  console.log(`Kept answers, 16 connections as fast as they go, the median of ${ROUNDS} rounds of ${SECONDS} s:\n`);
  compareLoads(rounds);
}

// An upstream that takes all calls at once: what is left is nginx's own speed, and the pace that the proxy keeps anyway.
async function measureThrough() {
  const { url: upstream } = await startUpstream(Infinity);
  const nginx = await startNginx(upstream);
  const ours = await startOurs(occuform, model, upstream, { OCCUFORM_CACHE_ANSWERS: "0" });
  writeBodies(
    "different",
    Array.from({ length: DIFFERENT }, (_, title) => `sparky in town ${title}`),
  );
  const before = await ours.counted('answers_total{source="upstream"');
  const rounds = {
    "nginx, proxy_pass": [load(nginx.through, "different", RESPONDENTS)],
    "Occuform's proxy": [load(ours.url, "different", RESPONDENTS)],
  };
  const calls = await ours.counted("calls_total");
  const upstreams = (await ours.counted('answers_total{source="upstream"')) - before;
  console.log(`\nPassed through, ${RESPONDENTS} connections, an upstream that takes all calls, ${SECONDS} s:\n`);
  compareLoads(rounds);
  console.log(`\nThe proxy made ${calls} calls with ${upstreams} records, a call a second as ever.`);
}

// Everyone asks at once, each for something else. Good is an answer with a code.
async function measureRush(contenders) {
  console.log(`\n${RESPONDENTS} respondents at once, an upstream that takes a call a second:\n`);
  header("", "answered with a code", "of them by the upstream's model", "p95 of those ms");
  for (const [name, url] of contenders) {
    const asked = Array.from({ length: RESPONDENTS }, (_, respondent) => ask(url, `sparky in town ${respondent}`));
    const good = (await Promise.all(asked)).filter((answer) => answer.good);
    const upstream = good.filter(({ source }) => source !== "embedded").length;
    const p95 =
      good.length > 0
        ? Math.round(
            quantile(
              good.map(({ took }) => took),
              0.95,
            ),
          )
        : "";
    row(name, good.length, upstream, p95);
  }
}

// Everyone goes on asking for something else, and waits a second where there was no answer.
async function measureGoodput(contenders) {
  console.log(`\n${RESPONDENTS} respondents who go on asking, an upstream that takes a call a second, ${SECONDS} s:\n`);
  header("", "answers with a code a second", "by the upstream's model a second", "p95 ms", "p99 ms", "refused");
  const rates = [];
  for (const [name, url] of contenders) {
    const until = performance.now() + 1000 * SECONDS;
    const answers = [];
    const respondent = async (number) => {
      for (let question = 0; performance.now() < until; question++) {
        const answer = await ask(url, `welder ${number} of day ${question}`);
        answers.push(answer);
        if (!answer.good) await pause(1000);
      }
    };
    await Promise.all(Array.from({ length: RESPONDENTS }, (_, number) => respondent(number)));
    const good = answers.filter((answer) => answer.good);
    const [all, upstream] = [good, good.filter(({ source }) => source !== "embedded")].map((of) => of.length / SECONDS);
    rates.push([all, upstream]);
    const took = good.map((answer) => answer.took);
    const [p95, p99] = [0.95, 0.99].map((share) => Math.round(quantile(took, share)));
    row(name, all.toFixed(1), upstream.toFixed(1), p95, p99, answers.length - good.length);
  }
  const [nginx, ours] = rates;
  row("ratio", ...[0, 1].map((which) => `${(ours[which] / nginx[which]).toFixed(0)}x`), "", "", "");
}

async function measure() {
  const load = readFileSync("/proc/loadavg", "utf8").split(" ")[0];
  const cores = availableParallelism();
  console.log(`${new Date().toISOString().slice(0, 10)}, ${cores} cores, load ${load} before the start\n`);
  const [first, second] = [await startUpstream(1), await startUpstream(1)];
  const ours = await startOurs(occuform, model, first.url);
  const nginx = await startNginx(second.url);
  await measureKept(ours, nginx);
  await measureThrough();
  const contenders = [
    ["nginx", nginx.url],
    ["Occuform's proxy", ours.url],
  ];
  await measureRush(contenders);
  await measureGoodput(contenders);
  await measureOutage(occuform, model);
}

try {
  await measure();
} finally {
  stopAll();
}
