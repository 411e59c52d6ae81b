// docs/widget.md, the manifest, the types and the element itself say the same.
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { element, openForm, QuestionPage } from "./question.js";

const read = (path) => readFileSync(path, "utf8");
const docs = read("docs/widget.md");
const types = read("www/occupation-coder.d.ts");
const [module] = JSON.parse(read("www/custom-elements.json")).modules;
const [manifest] = module.declarations;

const sorted = (names) => [...new Set(names)].sort();
const section = (title) => docs.split(`## ${title}\n`)[1].split("\n## ")[0];
const codes = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
const column = (text, number) => text.match(/^\| `.*$/gm).flatMap((row) => codes(row.split("|")[number]));
const paragraph = (start) => codes(docs.match(new RegExp(`^${start}.*$`, "m"))[0]).map((code) => code.split("(")[0]);
const names = (list) => sorted(list.map(({ name }) => name));

test("attributes", () => {
  const attributes = column(section("Attributes and properties"), 1);
  expect(names(manifest.attributes)).toEqual(sorted(attributes));
});

test("properties", async ({ page }) => {
  const fields = manifest.members.filter(({ kind }) => kind === "field");
  const documented = [...column(section("Attributes and properties"), 2), ...paragraph("Further properties")];
  const listed = documented.filter((name) => name !== "code");
  expect(names(fields)).toEqual(sorted(listed));

  const body = types.slice(types.indexOf("class OccupationCoder"));
  const typed = [...body.matchAll(/^ {2}(?:readonly |get )?(\w+)(?:\(\))?: /gm)].map(([, name]) => name);
  expect(names(fields)).toEqual(sorted(typed.filter((name) => !/Validity$|^reset$|^fail$/.test(name))));

  await openForm(page, element("job"));
  await page.waitForFunction(() => customElements.get("occupation-coder"));
  const own = await page.evaluate(() => Object.getOwnPropertyNames(customElements.get("occupation-coder").prototype));
  const notPublic = (name) => /Callback$|^constructor$|Validity$|^reset$|^fail$/.test(name);
  expect(names(fields)).toEqual(sorted(own.filter((name) => !notPublic(name))));
});

test("methods", async ({ page }) => {
  const methods = names(manifest.members.filter(({ kind }) => kind === "method"));
  const inherited = ["focus"];
  expect(sorted([...methods, ...inherited])).toEqual(sorted(paragraph("Methods")));
  for (const method of methods) expect(types).toMatch(new RegExp(`^ {2}${method}\\(`, "m"));
  await openForm(page, element("job"));
  await page.waitForFunction(() => customElements.get("occupation-coder"));
  for (const method of methods) {
    const kind = await page.evaluate((name) => typeof document.querySelector("occupation-coder")[name], method);
    expect(kind, method).toBe("function");
  }
});

test("attributes and properties are two names of one thing", async ({ page }) => {
  await openForm(page, element("job"));
  await expect(new QuestionPage(page).title).toBeVisible();
  const rows = section("Attributes and properties").match(/^\| `.*$/gm);
  for (const row of rows) {
    const [attribute, property, fallback] = [1, 2, 3].map((number) => codes(row.split("|")[number])[0]);
    if (attribute.includes("*") || attribute === "value") continue;
    const [initial, reflected] = await page.evaluate(
      ([attribute, property]) => {
        const host = document.createElement("occupation-coder");
        const initial = host[property];
        host[property] = typeof initial === "boolean" ? true : "7";
        return [String(initial), host.getAttribute(attribute)];
      },
      [attribute, property],
    );
    expect(initial, attribute).toBe(fallback ?? (attribute === "endpoint" ? "" : "false"));
    expect(reflected, attribute).toBe(initial === "false" ? "" : "7");
  }
});

test("events", () => {
  const events = column(section("Events"), 1);
  expect(names(manifest.events)).toEqual(sorted(events));
  expect(sorted([...types.matchAll(/"(occupation-\w+)": CustomEvent/g)].map(([, name]) => name))).toEqual(
    sorted(events),
  );
  const told = [...read("src/element.rs").matchAll(/\(Notice::\w+,[^"]*?\("(\w+)"/g)].map(
    ([, name]) => `occupation-${name}`,
  );
  expect(sorted(told)).toEqual(sorted(events));
});

test("statuses", () => {
  const statuses = sorted(column(section("What is submitted"), 1));
  const union = types.match(/type OccupationStatus =([^;]+);/)[1];
  expect(sorted([...union.matchAll(/"([^"]+)"/g)].map(([, name]) => name))).toEqual(statuses);
  const submitted = [...read("crates/flow/src/form.rs").matchAll(/=> "([a-z-]+)"/g)].map(([, name]) => name);
  expect(sorted([...submitted, "not-offered"])).toEqual(statuses);
});

test("custom properties", () => {
  const properties = sorted(column(section("Look"), 1));
  expect(names(manifest.cssProperties)).toEqual(properties);
  const used = [...read("www/occupation-coder.css").matchAll(/var\((--occuform-[a-z-]+)/g)].map(([, name]) => name);
  expect(sorted(used)).toEqual(properties);
});

test("parts", () => {
  const parts = sorted(paragraph("Parts"));
  expect(names(manifest.cssParts)).toEqual(parts);
  const used = ["src/view.rs", "src/list.rs"].flatMap((path) => [...read(path).matchAll(/part="(\w+)"/g)]);
  expect(sorted(used.map(([, name]) => name))).toEqual(parts);
});

test("messages", () => {
  const source = read("src/messages.rs").replaceAll(/\\u\{(\w+)\}/g, (text, code) =>
    String.fromCodePoint(parseInt(code, 16)),
  );
  const table = source.slice(source.indexOf("DEFAULTS:"), source.indexOf("];"));
  const defaults = [...table.matchAll(/\(\s*"([a-z-.]+)",\s*"([^"]+)",?\s*\)/g)].map(
    ([, key, text]) => `${key}: ${text}`,
  );
  const rows = section("Words").match(/^\| `.*$/gm);
  const documented = rows
    .map((row) => row.split("|").slice(1, 3))
    .map(([key, text]) => `${codes(key)[0]}: ${text.trim()}`);
  expect(documented).toEqual(defaults);
});

test("messages are replaced by script, attribute and property, the later ones first", async ({ page }) => {
  const script = '<script type="application/json">{"title-label": "A", "tasks-label": "B", "legend": "C"}</script>';
  await openForm(page, element("job", 'message-tasks-label="D"', script));
  await page.locator("occupation-coder").evaluate((element) => (element.messages = { "title-hint": "E" }));
  const label = page.getByRole("textbox", { name: "A", exact: true });
  await expect(label).toBeVisible();
  await expect(page.getByRole("textbox", { name: "D", exact: true })).toBeVisible();
  await expect(page.getByText("E", { exact: true })).toBeVisible();
  await page.locator("occupation-coder").evaluate((element) => element.setAttribute("message-title-label", "F"));
  await expect(page.getByRole("textbox", { name: "F", exact: true })).toBeVisible();
});

test("words that are not replaced are English wherever they stand, replaced ones in the language around them", async ({
  page,
}) => {
  const question = new QuestionPage(page);
  const own = '<script type="application/json">{"counter-left.other": "ato {count} moji"}</script>';
  await openForm(page, `<div lang="ja">${element("job")}${element("other", "", own)}</div>`);
  await expect(question.title).toHaveCount(2);
  for (const field of await question.title.all()) await field.fill("x".repeat(99));
  await expect(page.getByText("1 character left for both answers together")).toBeVisible();
  await expect(page.getByText("ato 1 moji")).toBeVisible();
  const languages = question.title.evaluateAll((fields) => fields.map((field) => field.closest("[lang]").lang));
  expect(await languages).toEqual(["en", "ja"]);
});
