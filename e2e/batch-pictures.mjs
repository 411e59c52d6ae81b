// Pictures of a batch for docs/batch.md: what the terminal says, while it works and at the end, and the report.
// ./dev pictures starts this.
import { chromium } from "@playwright/test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

const [occuform, model] = process.argv.slice(2).map((path) => resolve(path));
const folder = "target/pictures";
const BATCH = ["responses.csv", "--review", "review.csv", "--report", "report.html"];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/responses.csv`, responses());
const said = spawnSync(occuform, ["batch", ...BATCH, "--model", model], { cwd: folder, encoding: "utf8" });
if (said.status !== 0) throw new Error(said.stderr);

const browser = await chromium.launch({ executablePath: process.env.OCCUFORM_BROWSER });
await terminal("batch-terminal", `$ occuform batch ${BATCH.join(" ")}\n${said.stdout}`);
await terminal("batch-progress", progress());
await report();
await browser.close();

/** Jobs that the coder was not trained with, and some rows with something wrong. */
function responses() {
  const [, ...records] = readFileSync("lexicon/evaluation/osca.tsv", "utf8").trim().split("\n");
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = records.map((line, number) => [number + 1, ...line.split("\t").slice(0, 2).map(quoted)].join());
  return ["respondent_id,job_title,main_tasks", ...rows, "9001,x,", "9002,,", "9003,caf\u{e9} manager,", ""].join("\n");
}

/** What a terminal shows in the middle of a file of 50,000 different jobs. */
function progress() {
  const jobs = Array.from({ length: 50_000 }, (_, number) => `${number + 1},sparky ${number},wiring houses`);
  writeFileSync(`${folder}/census.csv`, ["respondent_id,job_title,main_tasks", ...jobs, ""].join("\n"));
  const command = `stty cols 100 && '${occuform}' batch census.csv --model '${model}'`;
  // "script" gives the command a terminal.
  const shown = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (shown.status !== 0) throw new Error(shown.stdout);
  const lines = stripVTControlCharacters(shown.stdout).split(/[\r\n]+/);
  // The bar of the check is gone by then.
  const said = lines.filter((line) => line.trim() !== "" && !line.startsWith("checking"));
  const plan = said.slice(0, said.findIndex((line) => line.startsWith("  time:")) + 1);
  const bars = lines.filter((line) => line.startsWith("coding"));
  return ["$ occuform batch census.csv", ...plan, bars[Math.floor(bars.length / 2)]].join("\n");
}

async function terminal(name, text) {
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  await page.setContent(`<pre style="display: inline-block; margin: 0; padding: 16px 20px; border-radius: 8px;
    background: #17171b; color: #e6e6ea; font: 14px/1.5 monospace"></pre>`);
  const block = page.locator("pre");
  await block.evaluate((pre, words) => (pre.textContent = words.trimEnd()), text);
  await block.screenshot({ path: `docs/images/${name}.png`, omitBackground: true });
}

async function report() {
  const page = await browser.newPage({ colorScheme: "light", viewport: { width: 800, height: 1250 } });
  await page.goto(pathToFileURL(resolve(folder, "report.html")).href);
  await page.screenshot({ path: "docs/images/batch-report.png" });
}
