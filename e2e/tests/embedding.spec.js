// The element in other people's pages: strict policies, other origins, frameworks, and pages that move it about.
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { createServer } from "node:http";
import { readFileSync, readdirSync } from "node:fs";
import { element, openForm, QuestionPage } from "./question.js";

const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; form-action 'self'; require-trusted-types-for 'script'";
const folder = readdirSync("dist").find((name) => name.startsWith("occuform-"));

/** Serves `html` under a path of the same origin, with headers of its own. */
async function serve(page, html, headers = {}) {
  await page.route("**/page-under-test", (route) =>
    route.fulfill({ headers: { "content-type": "text/html; charset=utf-8", ...headers }, body: html }),
  );
  await page.goto("/page-under-test");
  return new QuestionPage(page);
}

const formWith = (head, body) =>
  `<!doctype html><html lang="en"><title>A form</title>${head}<form action="/received" method="post">${body}<button>Next</button></form>`;
const script = '<script type="module" src="/occupation-coder.js"></script>';

test("the strictest policy that is documented is enough", async ({ page }) => {
  const violations = [];
  page.on("console", (message) => /Content Security|Trusted/.test(message.text()) && violations.push(message.text()));
  const question = await serve(page, formWith(script, element("job")), { "content-security-policy": STRICT });
  await question.answer("barista");
  await question.option("Barista").click();
  expect(await question.submit()).toMatchObject({ job_status: ["confirmed"] });
  expect(violations).toEqual([]);
});

test("where a policy forbids WASM, the plain inputs submit", async ({ page }) => {
  const policy = STRICT.replace(" 'wasm-unsafe-eval'", "");
  const refused = page.waitForEvent("console", (message) => message.text().includes("the plain inputs serve"));
  await serve(page, formWith(script, element("job")), { "content-security-policy": policy });
  await refused;
  await page.getByLabel("Title").fill("barista");
  expect(await new QuestionPage(page).submit()).toMatchObject({ job_title: ["barista"], job_status: ["not-offered"] });
});

/** The same, and another section that a browser passes over. */
const withMore = (wasm) => Buffer.concat([wasm, Buffer.from([0, 2, 1, 120])]);
const integrity = JSON.parse(readFileSync("dist/integrity.json", "utf8"))[`${folder}/element.js`];
for (const [how, file, attributes] of [
  ["pinned by hashes", `${folder}/element.js`, `integrity="${integrity}" crossorigin`],
  ["by the stable address", "occupation-coder.js", ""],
]) {
  const scriptAt = (origin) => `<script type="module" src="${origin}/${file}" ${attributes}></script>`;

  test(`it can be loaded from another origin, ${how}`, async ({ page, baseURL }) => {
    const policy = `default-src 'none'; script-src ${baseURL} 'wasm-unsafe-eval'; connect-src ${baseURL}`;
    const server = createServer((request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-security-policy", policy);
      response.end(formWith(scriptAt(baseURL), element("job")));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await page.goto(`http://localhost:${server.address().port}/`);
      await expect(new QuestionPage(page).title).toBeVisible();
    } finally {
      server.close();
    }
  });

  for (const [what, spoiled] of [
    ["a module that came only in part", (wasm) => wasm.subarray(0, wasm.length / 2)],
    ...(attributes ? [["a module that is not the one that was built", withMore]] : []),
  ]) {
    test(`${what} is refused, and the plain inputs submit, ${how}`, async ({ page }) => {
      await page.route("**/*.wasm", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: spoiled(await response.body()) });
      });
      const refused = page.waitForEvent("console", (message) => message.text().includes("the plain inputs serve"));
      const question = await serve(page, formWith(scriptAt(""), element("job")));
      await refused;
      expect((await question.submit()).job_status).toEqual(["not-offered"]);
    });
  }
}

test("a module that breaks gives the plain inputs back, with the words", async ({ page }) => {
  const question = await serve(page, formWith(script, element("job") + element("other")));
  await question.title.first().fill("barista");
  await page.evaluate((wasm) => {
    const error = new WebAssembly.RuntimeError("unreachable");
    error.stack = `RuntimeError: unreachable\n at ${wasm}:wasm-function[1]`;
    dispatchEvent(new ErrorEvent("error", { error }));
  }, `/${folder}/occuform_bg.wasm`);
  await expect(page.getByLabel("Title").first()).toHaveValue("barista");
  expect(await question.submit()).toMatchObject({ job_status: ["not-offered"], other_status: ["not-offered"] });
});

test("the files of a version are kept for good, and the script at the stable address is asked for each time", async ({
  request,
}) => {
  const cache = async (path) => (await request.get(path)).headers()["cache-control"];
  expect(await cache(`/${folder}/element.js`)).toContain("immutable");
  expect(await cache("/occupation-coder.js")).toBe("no-cache");
  expect(await cache(`/${folder}/missing.js`)).toBe("no-cache");
});

test("lazy waits until the element is near the viewport", async ({ page }) => {
  const modules = [];
  page.on("request", (request) => request.url().endsWith(".wasm") && modules.push(request.url()));
  await openForm(page, `<div style="height: 5000px"></div>${element("job", 'loading="lazy"')}`);
  await page.waitForFunction(() => customElements.get("occupation-coder"));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(modules).toEqual([]);
  await page.locator("occupation-coder").scrollIntoViewIfNeeded();
  await expect(new QuestionPage(page).title).toBeVisible();
});

test("lazy comes as soon as the plain inputs are focused", async ({ page }) => {
  await openForm(page, `<div style="height: 5000px"></div>${element("job", 'loading="lazy"')}`);
  await page.waitForFunction(() => customElements.get("occupation-coder"));
  await page.getByLabel("Title").evaluate((input) => input.focus({ preventScroll: true }));
  await expect(new QuestionPage(page).title).toBeFocused();
});

test("a first visit asks for the script and the module, and for nothing else", async ({ page }) => {
  const files = [];
  page.on(
    "request",
    (request) => /\.(js|wasm|css)$/.test(request.url()) && files.push(request.url().split("/").at(-1)),
  );
  await openForm(page, element("job"));
  await expect(new QuestionPage(page).title).toBeVisible();
  expect(files).toEqual(["occupation-coder.js", "occuform_bg.wasm"]);
});

test("many questions share one module, which is loaded once", async ({ page }) => {
  const files = [];
  page.on("request", (request) => /\.(wasm|css)$/.test(request.url()) && files.push(request.url()));
  await openForm(page, Array.from({ length: 10 }, (_, number) => element(`job${number}`)).join(""));
  await expect(new QuestionPage(page).title).toHaveCount(10);
  expect(files).toHaveLength(1);
});

test("moved about in the page, a question keeps its words and its choice", async ({ page }) => {
  await openForm(page, element("job"));
  const question = new QuestionPage(page);
  await question.answer("barista");
  await question.option("Barista").click();
  await page.evaluate(() => document.forms[0].append(document.querySelector("occupation-coder")));
  expect(await question.submit()).toMatchObject({ job_title: ["barista"], job_status: ["confirmed"] });
});

test("never swapped while a word is composed in the plain inputs", async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await openForm(page, element("job"));
  const plain = page.getByLabel("Title");
  await plain.focus();
  const client = await page.context().newCDPSession(page);
  await client.send("Input.imeSetComposition", { text: "bar", selectionStart: 3, selectionEnd: 3 });
  const loaded = page.waitForResponse("**/*.wasm");
  release();
  await (await loaded).finished();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(plain).toBeFocused();
  await client.send("Input.insertText", { text: "barista" });
  await expect(new QuestionPage(page).title).toHaveValue("barista");
});

const hosts = {
  "React 19": `
    import { createElement as h, useState, useRef, useEffect } from "react";
    import { createRoot } from "react-dom/client";
    function Page() {
      const [status, setStatus] = useState("");
      const host = useRef(null);
      useEffect(() => {
        const told = (event) => setStatus(event.detail.status);
        host.current.addEventListener("occupation-confirm", told);
        return () => host.current?.removeEventListener("occupation-confirm", told);
      }, []);
      return h("form", { action: "/received", method: "post" },
        h("occupation-coder", { name: "job", endpoint: "/", ref: host, required: true },
          h("label", null, "Title ", h("input", { name: "job_title" })),
          h("input", { type: "hidden", name: "job_status", value: "not-offered" })),
        h("p", { id: "status" }, status), h("button", null, "Next"));
    }
    createRoot(document.getElementById("page")).render(h(Page));`,
  "Vue 3": `
    import { createApp, h, ref } from "vue";
    createApp({
      setup() {
        const status = ref("");
        return () => h("form", { action: "/received", method: "post" }, [
          h("occupation-coder", { name: "job", endpoint: "/", required: true,
            "onOccupation-confirm": (event) => (status.value = event.detail.status) },
            [h("label", ["Title ", h("input", { name: "job_title" })]),
             h("input", { type: "hidden", name: "job_status", value: "not-offered" })]),
          h("p", { id: "status" }, status.value), h("button", "Next")]);
      },
    }).mount("#page");`,
};

for (const [framework, source] of Object.entries(hosts)) {
  test(`a page made with ${framework} draws anew around it`, async ({ page }) => {
    const define = { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true" };
    Object.assign(define, { __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" });
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: process.cwd() },
      bundle: true,
      format: "esm",
      write: false,
      define,
    });
    await page.route("**/host.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: outputFiles[0].text }),
    );
    const question = await serve(
      page,
      `<!doctype html><html lang="en"><title>A form</title>${script}<div id="page"></div><script type="module" src="/host.js"></script>`,
    );
    await question.answer("barista");
    await question.option("Barista").click();
    await expect(page.locator("#status")).toHaveText("confirmed");
    await expect(page.locator(".outcome")).toContainText("Your choice: Barista");
    expect(await question.submit()).toMatchObject({ job_title: ["barista"], job_status: ["confirmed"] });
  });
}
