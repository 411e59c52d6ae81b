// Pictures of every state of the question, in target/screenshots, sheets of them and the demo for the documentation.
// ./dev pictures starts this.
import { chromium } from "@playwright/test";
import { mkdirSync, readFileSync } from "node:fs";
import { startProxy } from "../scripts/proxy.mjs";
import { reach, STATES } from "./states.js";
import { QuestionPage } from "./tests/question.js";

const [occuform, model] = process.argv.slice(2);
const out = "target/screenshots";
const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 720, height: 1000 } },
  dark: { colorScheme: "dark", viewport: { width: 720, height: 1000 } },
  narrow: { colorScheme: "light", viewport: { width: 320, height: 900 } },
};

mkdirSync(out, { recursive: true });
const { proxy, url } = await startProxy(occuform, model);
const browser = await chromium.launch({ executablePath: process.env.OCCUFORM_BROWSER });
for (const [look, options] of Object.entries(LOOKS)) {
  for (const state of Object.keys(STATES)) {
    const context = await browser.newContext({ ...options, baseURL: url });
    const page = await context.newPage();
    await reach(page, state);
    await page.locator("occupation-coder").screenshot({ path: path(look, state), animations: "disabled" });
    await context.close();
  }
  await sheet(look);
}
await demo();
await browser.close();
proxy.kill();

/** The whole page, answered by the coder itself. */
async function demo() {
  const page = await browser.newPage({ baseURL: url, colorScheme: "light", viewport: { width: 800, height: 900 } });
  const question = new QuestionPage(page);
  await question.open();
  await question.answer("sparky", "wiring houses");
  await question.option("Electrician (General)").click();
  await page.screenshot({ path: "docs/images/demo.png", fullPage: true });
  await page.close();
}

function path(look, state) {
  return `${out}/${look} ${state}.png`.replaceAll(/ /g, "-");
}

/** All states of one look side by side. */
async function sheet(look) {
  const pictures = Object.keys(STATES).map((state) => {
    const data = readFileSync(path(look, state)).toString("base64");
    return `<figure><figcaption>${state}</figcaption><img src="data:image/png;base64,${data}"></figure>`;
  });
  const width = look === "narrow" ? 200 : 300;
  const page = await browser.newPage({ viewport: { width: 5 * (width + 12) + 12, height: 600 } });
  await page.setContent(`<style>
    body { margin: 12px; display: grid; grid-template-columns: repeat(5, ${width}px); gap: 12px; font: 13px sans-serif; background: #888 }
    figure { margin: 0 } figcaption { color: #fff; background: #333; padding: 2px 6px } img { width: 100%; display: block }
  </style>${pictures.join("")}`);
  await page.screenshot({ path: `docs/images/widget-${look}.png`, fullPage: true });
  await page.close();
}
