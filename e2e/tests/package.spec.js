// What npm makes of dist/, as a designer meets it: installed, imported, its types read by the compiler.
import { expect, test } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { answerWith, element, QuestionPage } from "./question.js";

// A host that does not know what WASM is.
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A form</title>
  <script type="importmap">{ "imports": { "occuform": "/node_modules/occuform/occupation-coder.js" } }</script>
  <script type="module">import { OccupationCoder } from "occuform"; window.name = OccupationCoder.name;</script>
  <form>${element("job")}</form>`;
const USE = `
  import { OccupationCoder, type OccupationStatus, type OccupationValue } from "occuform";
  const host: OccupationCoder | null = document.querySelector("occupation-coder");
  const made: OccupationCoder = document.createElement("occupation-coder");
  made.value = { title: "sparky" };
  made.messages = { "title-label": "Your job" };
  const status: OccupationStatus = made.status;
  host?.addEventListener("occupation-confirm", ({ detail }) => {
    const { code, confidence }: OccupationValue = detail;
    const known: [string, number | null] = [code, confidence];
  });
  document.addEventListener("occupation-error", ({ detail }) => {
    const offline: boolean = detail.reason === "offline";
    // @ts-expect-error There is no such reason.
    const busy: boolean = detail.reason === "busy";
  });
  // @ts-expect-error A number is wanted.
  made.suggestions = "five";
  // @ts-expect-error What is not submitted has no place in a draft.
  made.value = { occupation: "sparky" };
`;

let project;

test.beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "occuform-package-"));
  npm("pack", "--pack-destination", project, resolve("dist"));
  const [tarball] = readdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm("install", "--offline", "--no-audit", "--no-fund", `./${tarball}`);
});

test.afterAll(() => rmSync(project, { recursive: true, force: true }));

function npm(...args) {
  execFileSync("npm", args, { cwd: project, stdio: "pipe" });
}

for (const [module, moduleResolution] of [
  ["esnext", "bundler"],
  ["nodenext", "nodenext"],
]) {
  test(`its types are right for modules resolved as ${moduleResolution}`, () => {
    const compilerOptions = { module, moduleResolution, target: "esnext", lib: ["esnext", "dom"], types: [] };
    Object.assign(compilerOptions, { strict: true, noEmit: true, skipLibCheck: false });
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    writeFileSync(join(project, "use.ts"), USE);
    expect(said(resolve("node_modules/.bin/tsc"), "--project", project)).toBe("");
  });
}

test("imported by its name, it asks and is answered", async ({ page }) => {
  await answerWith(page, "Electrician (General)");
  const server = createServer(({ url }, response) => {
    const html = url === "/";
    response.setHeader("content-type", TYPES[html ? ".html" : extname(url)] ?? "application/octet-stream");
    if (html) response.end(PAGE);
    else
      createReadStream(join(project, url))
        .on("error", () => response.writeHead(404).end())
        .pipe(response);
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const question = new QuestionPage(page);
    await question.answer("sparky");
    await question.option("Electrician (General)").click();
    await expect(page.locator(".outcome")).toContainText("Your choice: Electrician (General)");
    expect(await page.evaluate(() => document.querySelector("occupation-coder").status)).toBe("confirmed");
  } finally {
    server.close();
  }
});

/** What a command printed, whether it failed or not. */
function said(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: "pipe" });
  } catch ({ stdout, stderr }) {
    return stdout + stderr;
  }
}
