// Pictures of a batch for docs/batch.md: what the terminal says, and the report. ./dev pictures starts this.
import { chromium } from "@playwright/test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [occuform, model] = process.argv.slice(2).map((path) => resolve(path));
const folder = "target/pictures";
const BATCH = ["responses.csv", "--review", "review.csv", "--report", "report.html"];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/responses.csv`, responses());
const said = spawnSync(occuform, ["batch", ...BATCH, "--model", model], { cwd: folder, encoding: "utf8" });
if (said.status !== 0) throw new Error(said.stderr);

const browser = await chromium.launch({ executablePath: process.env.OCCUFORM_BROWSER });
await terminal(`$ occuform batch ${BATCH.join(" ")}\n${said.stdout}`);
await report();
await browser.close();

/** Jobs that the coder was not trained with, and some rows with something wrong. */
function responses() {
  const [, ...records] = readFileSync("lexicon/evaluation/osca.tsv", "utf8").trim().split("\n");
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = records.map((line, number) => [number + 1, ...line.split("\t").slice(0, 2).map(quoted)].join());
  return ["respondent_id,job_title,main_tasks", ...rows, "9001,x,", "9002,,", "9003,caf\u{e9} manager,", ""].join("\n");
}

async function terminal(text) {
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  await page.setContent(`<pre style="display: inline-block; margin: 0; padding: 16px 20px; border-radius: 8px;
    background: #17171b; color: #e6e6ea; font: 14px/1.5 monospace"></pre>`);
  const block = page.locator("pre");
  await block.evaluate((pre, words) => (pre.textContent = words.trimEnd()), text);
  await block.screenshot({ path: "docs/images/batch-terminal.png", omitBackground: true });
}

async function report() {
  const page = await browser.newPage({ colorScheme: "light", viewport: { width: 800, height: 1250 } });
  await page.goto(pathToFileURL(resolve(folder, "report.html")).href);
  await page.screenshot({ path: "docs/images/batch-report.png" });
}
