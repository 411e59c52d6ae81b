// The widget beside what else a form could ask with: one browser, one fake endpoint, the same typing. ./dev bench widget
import { chromium } from "@playwright/test";
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { brotliCompressSync } from "node:zlib";
import { firstVisit } from "../../scripts/first-visit.mjs";
import { CATEGORIES, keysIn } from "./trace.js";
import { watch } from "./watch.js";

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const SLOWER = 4;
const TYPED = "registered nurse ward";
/** Milliseconds from key to key: five characters a second. */
const KEY_EVERY = 200;
/** Milliseconds from the question being there to the first key. */
const READING = Number(process.env.READING ?? 1_000);
const LABELS = ["Registered Nurse (Medical)", "Enrolled Nurse", "Nurse Manager", "Midwife", "Nursing Assistant"];
const OURS = `<occupation-coder name="job" endpoint="/"><label>Title <input name="job_title"></label></occupation-coder>`;
const PEERS = {
  "a bare input": { entry: "bare.js" },
  occuform: {
    body: OURS,
    files: Object.fromEntries(firstVisit("dist").map((path) => [path, readFileSync(join("dist", path))])),
    script: "occupation-coder.js",
  },
  "accessible-autocomplete 3.0.1": { entry: "accessible-autocomplete.js" },
  "React 19 + downshift": { entry: "downshift.js" },
  "survey-core + survey-js-ui 2.5.38": { entry: "survey.js" },
};
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".html": "text/html" };

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
for (const peer of Object.values(PEERS)) await prepare(peer);
const server = createServer(serve).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const browser = await chromium.launch({ executablePath: process.env.OCCUFORM_BROWSER });
const rows = {};
// Rounds go in turns, so that a busy minute meets all alike.
for (let round = 0; round < ROUNDS; round++) {
  for (const name of Object.keys(PEERS)) {
    const measured = await measure(name);
    for (const [key, value] of Object.entries(measured)) ((rows[name] ??= {})[key] ??= []).push(value);
  }
}
await browser.close();
server.close();
print();

async function prepare(peer) {
  peer.files ??= {};
  if (peer.entry) {
    const { outputFiles } = await build({
      entryPoints: [join("bench/widget/pages", peer.entry)],
      bundle: true,
      minify: true,
      format: "esm",
      legalComments: "none",
      outdir: "/",
      entryNames: "peer",
      write: false,
      define: { "process.env.NODE_ENV": '"production"' },
    });
    for (const { path, contents } of outputFiles) peer.files[path.slice(1)] = Buffer.from(contents);
    peer.script = "peer.js";
    peer.body = '<div id="place"></div>';
  }
  peer.files[peer.script] = Buffer.concat([Buffer.from('performance.mark("script");'), peer.files[peer.script]]);
  for (const [path, content] of Object.entries(peer.files)) peer.files[path] = brotliCompressSync(content);
  const styles = peer.files["peer.css"] ? '<link rel="stylesheet" href="peer.css">' : "";
  const script = `<script type="module" src="${peer.script}"></script>`;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A form</title>${styles}${script}<main><h1>A form</h1><form>${peer.body}</form></main>`;
  peer.page = brotliCompressSync(html);
}

function serve(request, response) {
  if (request.method === "POST") {
    const result = LABELS.map((codeLabel, number) => ({ codeCategory: `${number}`, codeLabel, codeConfidence: 0.5 }));
    response.setHeader("content-type", "application/json");
    request.resume().on("end", () => response.end(JSON.stringify({ codeStatus: "successful", input: {}, result })));
    return;
  }
  const [, name, ...path] = decodeURIComponent(request.url).split("/");
  const peer = PEERS[name];
  const content = path.join("/") ? peer?.files[path.join("/")] : peer?.page;
  response.statusCode = content ? 200 : 404;
  response.setHeader("content-type", TYPES[extname(request.url)] ?? TYPES[".html"]);
  if (content) response.setHeader("content-encoding", "br");
  response.end(content);
}

async function measure(name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watch, LABELS[0]);
  // Told by a message of the console: asking the page for it would take its time while it is measured.
  const told = page.waitForEvent("console", (message) => message.text().startsWith("usable"));
  const client = await context.newCDPSession(page);
  await client.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const url = `http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}/`;
  await page.goto(url, { waitUntil: "commit" });
  const [usable, fromScript] = (await told).text().split(" ").slice(1).map(Number);
  const input = page.locator("#title, .sd-input").first();
  await input.focus();
  await pause(READING);
  await browser.startTracing(page, { categories: CATEGORIES });
  for (const key of TYPED) {
    await page.keyboard.press(key === " " ? "Space" : key);
    await pause(KEY_EVERY);
  }
  const answer = name === "a bare input" ? [] : [await page.evaluate(() => window.answered)];
  const keys = keysIn(await browser.stopTracing(), KEY_EVERY);
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  const wasm = await page.evaluate(() => window.wasmBytes());
  await client.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.evaluate(axe);
  const violations = await page.evaluate(() => window.axe.run().then((found) => found.violations.length));
  await context.close();
  const [work, paint] = ["work", "paint"].map((cost) => keys.map((key) => key[cost]));
  return { usable, fromScript, work, paint, answer, memory: (usedSize + wasm) / 1e6, violations };
}

function print() {
  const columns = [
    "kB",
    "usable",
    "from script",
    "key work p95",
    "key to paint p95",
    "answer to paint p95",
    "memory MB",
    "axe",
  ];
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores, ${browser.version()}, CPU ${SLOWER}x slower, ${ROUNDS} rounds; milliseconds\n`,
  );
  console.log(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---").join("|")}|`);
  const figures = (name) => {
    const { usable, fromScript, work, paint, answer, memory, violations } = rows[name];
    const bytes = Object.values(PEERS[name].files).reduce((sum, content) => sum + content.length, 0);
    return [
      bytes / 1e3,
      quantile(usable, 0.5),
      quantile(fromScript, 0.5),
      quantile(work.flat(), 0.95),
      quantile(paint.flat(), 0.95),
      quantile(answer.flat(), 0.95),
      quantile(memory, 0.5),
      Math.max(...violations),
    ];
  };
  const ours = figures("occuform");
  for (const name of Object.keys(PEERS)) {
    const cells = figures(name).map((value, column) => {
      if (value === undefined) return "";
      const ratio = name !== "occuform" && ours[column] && value ? ` (${(value / ours[column]).toFixed(2)}x)` : "";
      return `${value.toFixed(column === columns.length - 1 ? 0 : 1)}${ratio}`;
    });
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}

function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}
