// In: the occuform command and its model; nginx and oha on PATH. Out: the proxy beside nginx, which holds a token and
// keeps answers, too, as Markdown tables. All of it runs on one machine and shares its processors.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { startProxy } from "../../scripts/proxy.mjs";

const [occuform, model] = process.argv.slice(2);
const SECONDS = 15;
const ROUNDS = 3;
const RESPONDENTS = 300;
// Few enough to be asked for once at a call a second.
const KEPT = 8;
const path = "/v1/topics/osca/code";
const folder = mkdtempSync(join(tmpdir(), "occuform-bench-"));
const running = [];

function firstLine(child) {
  running.push(child);
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

const ask = (url, title) =>
  fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: body(title) });
const body = (title) => JSON.stringify({ record: { occp_text: title, tasks_text: "" }, numberOfSuggestions: 3 });

async function startUpstream(callsPerSecond) {
  const child = spawn(process.execPath, ["bench/proxy/upstream.mjs", String(callsPerSecond)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return firstLine(child);
}

async function startNginx(upstream) {
  const port = await freePort();
  const place = mkdtempSync(join(folder, "nginx-"));
  const config = readFileSync("bench/proxy/nginx.conf", "utf8")
    .replaceAll("LISTEN", `127.0.0.1:${port}`)
    .replaceAll("UPSTREAM", new URL(upstream).host)
    .replaceAll("FOLDER", place);
  writeFileSync(join(place, "nginx.conf"), config);
  running.push(spawn("nginx", ["-p", place, "-c", join(place, "nginx.conf")], { stdio: "inherit" }));
  const url = `http://127.0.0.1:${port}`;
  await untilAnswered(`${url}/v1/topics/osca/models/latest`);
  return url;
}

async function startOurs(upstream) {
  const state = mkdtempSync(join(folder, "state-"));
  const { proxy, url } = await startProxy(occuform, model, {
    OCCUFORM_UPSTREAM_TOKEN_URL: `${upstream}/oauth2/token`,
    OCCUFORM_UPSTREAM_API_URL: upstream,
    OCCUFORM_UPSTREAM_CLIENT_ID: "bench",
    OCCUFORM_UPSTREAM_CLIENT_SECRET: "bench",
    OCCUFORM_UPSTREAM_STATE: state,
  });
  running.push(proxy);
  await untilAnswered(`${url}v1/topics/osca/models/latest`);
  return url.replace(/\/$/, "");
}

// Every title is asked for, a call a second, until its answer is the upstream's, and is kept from then on.
async function warm(url) {
  for (let title = 0; title < KEPT; title++) {
    for (;;) {
      const answer = await ask(url, `sparky ${title}`);
      await answer.arrayBuffer();
      if (answer.ok && answer.headers.get("occuform-source") !== "embedded") break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function load(url) {
  const options = ["--no-tui", "--output-format", "json", "-m", "POST", "-H", "content-type: application/json"];
  const output = execFileSync(
    "oha",
    [...options, "-c", "16", "-z", `${SECONDS}s`, "-Z", join(folder, "kept.jsonl"), `${url}${path}`],
    { maxBuffer: 1 << 28 },
  );
  const { summary, latencyPercentiles, statusCodeDistribution } = JSON.parse(output);
  if (Object.keys(statusCodeDistribution).join() !== "200") {
    throw new Error(`not every answer was 200: ${JSON.stringify(statusCodeDistribution)}`);
  }
  return { rate: summary.requestsPerSec, p99: 1000 * latencyPercentiles.p99 };
}

// Everyone asks at once, each for something else. Good is an answer with a code.
async function rush(url) {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: RESPONDENTS }, async (_, respondent) => {
      const title = `sparky in town ${respondent}`;
      try {
        const answer = await ask(url, title);
        const text = await answer.text();
        const good = answer.ok && JSON.parse(text).input.occp_text === title;
        return { good, source: answer.headers.get("occuform-source"), after: performance.now() - started };
      } catch {
        // A connection that was closed without an answer.
        return { good: false };
      }
    }),
  );
  const good = answers.filter((answer) => answer.good);
  const after = good.map((answer) => answer.after).sort((a, b) => a - b);
  return {
    good: good.length,
    upstream: good.filter(({ source }) => source !== "embedded").length,
    p95: after[Math.floor(0.95 * (after.length - 1))],
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);

async function measure() {
  const titles = Array.from({ length: KEPT }, (_, title) => body(`sparky ${title}`));
  writeFileSync(join(folder, "kept.jsonl"), titles.join("\n"));
  console.log(`${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores\n`);

  const [ours, nginx] = [await startOurs(await startUpstream(1)), await startNginx(await startUpstream(1))];
  await Promise.all([warm(ours), warm(nginx)]);
  const rounds = { ours: [], nginx: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rounds.nginx.push(load(nginx));
    rounds.ours.push(load(ours));
  }
  const kept = (who, what) => median(rounds[who].map((round) => round[what]));
  console.log(`Kept answers, 16 connections as fast as they go, the median of ${ROUNDS} rounds of ${SECONDS} s:\n`);
  row("", "a second", "p99 ms");
  row("---", "---", "---");
  row("nginx, proxy_cache", Math.round(kept("nginx", "rate")), kept("nginx", "p99").toFixed(2));
  row("Occuform's proxy", Math.round(kept("ours", "rate")), kept("ours", "p99").toFixed(2));
  const ratio = (what) => `${(kept("ours", what) / kept("nginx", what)).toFixed(2)}x`;
  row("ratio", ratio("rate"), ratio("p99"));

  console.log(`\n${RESPONDENTS} respondents at once, an upstream that takes a call a second:\n`);
  row("", "answered with a code", "of them by the upstream's model", "p95 of those ms");
  row("---", "---", "---", "---");
  for (const [name, url] of [
    ["nginx", nginx],
    ["Occuform's proxy", ours],
  ]) {
    const { good, upstream, p95 } = await rush(url);
    row(name, good, upstream, Math.round(p95));
  }
}

try {
  await measure();
} finally {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
