// The module breaks for good, by a real trap in the midst of its work: the plain inputs answer, with the words.
import { expect, test } from "@playwright/test";
import { element, openForm, QuestionPage } from "./question.js";

/** From `trapping` on, whatever the module calls ends in a trap of WASM, which goes through the module as its own. */
function trapOnDemand() {
  // (module (func (export "trap") unreachable))
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0]
    .concat([7, 8, 1, 4, 116, 114, 97, 112, 0, 0])
    .concat([10, 5, 1, 3, 0, 0, 11]);
  const { trap } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports;
  const armed = (call) =>
    function (...given) {
      if (window.trapping) trap();
      return call.apply(this, given);
    };
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    for (const functions of Object.values(imports)) {
      for (const [name, call] of Object.entries(functions)) {
        if (typeof call === "function") functions[name] = armed(call);
      }
    }
    return new Instance(module, imports);
  };
}

async function opened(page, form) {
  await page.addInitScript(trapOnDemand);
  await openForm(page, form);
  return new QuestionPage(page);
}

const setTrap = (page) => page.evaluate(() => (window.trapping = true));
const plain = (page) => page.getByLabel("Title", { exact: true });
const isTrap = (message) => message.text().includes("unreachable");

test("in typing", async ({ page }) => {
  const trapped = page.waitForEvent("pageerror", (error) => error.message === "unreachable");
  const question = await opened(page, element("job") + element("other"));
  await question.title.first().fill("barist");
  await question.tasks.nth(1).fill("milk");
  await question.title.first().focus();
  await setTrap(page);
  await page.keyboard.press("a");
  await trapped;

  await expect(plain(page).first()).toHaveValue("barista");
  await expect(plain(page).first()).toBeEnabled();
  await expect(plain(page).first()).toBeFocused();
  await expect(page.getByLabel("Tasks", { exact: true }).nth(1)).toHaveValue("milk");
  await page.keyboard.type("!");
  expect(await question.submit()).toEqual({
    job_title: ["barista!"],
    job_tasks: [""],
    job_status: ["not-offered"],
    other_title: [""],
    other_tasks: ["milk"],
    other_status: ["not-offered"],
  });
});

test("when the answer comes", async ({ page }) => {
  // Nothing is asked for before all is typed.
  const question = await opened(page, element("job", 'trigger="button"'));
  await expect(question.title).toBeVisible();
  await page.route("**/code", async (route) => {
    await setTrap(page);
    await route.continue();
  });
  await question.title.fill("barista");
  await question.tasks.fill("making coffee");
  await question.tasks.press("Enter");
  await expect(plain(page)).toBeEnabled();
  expect(await question.submit()).toEqual({
    job_title: ["barista"],
    job_tasks: ["making coffee"],
    job_status: ["not-offered"],
  });
});

test("at the start, and for questions that come later", async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  const question = await opened(page, element("job"));
  await plain(page).fill("barista");
  await setTrap(page);
  const told = page.waitForEvent("console", isTrap);
  release();
  await told;
  await page.evaluate((html) => document.forms[0].insertAdjacentHTML("afterbegin", html), element("late"));
  await expect(plain(page)).toHaveCount(2);
  for (const input of await plain(page).all()) await expect(input).toBeEnabled();
  expect(await question.submit()).toMatchObject({ job_title: ["barista"], job_status: ["not-offered"] });
});

const add = (page, name) =>
  page.evaluate((html) => document.forms[0].insertAdjacentHTML("beforeend", html), element(name));
const untouched = (name, title = "") => ({
  [`${name}_title`]: [title],
  [`${name}_tasks`]: [""],
  [`${name}_status`]: ["not-offered"],
});

test("when another question comes: that one, those that are there and those that come later", async ({ page }) => {
  const question = await opened(page, element("job"));
  await question.title.fill("barista");
  await setTrap(page);
  await add(page, "next");
  await expect(plain(page).first()).toHaveValue("barista");
  await expect(plain(page)).toHaveCount(2);
  // A module that broke is not asked again, though it may answer.
  await page.evaluate(() => (window.trapping = false));
  await add(page, "last");
  await expect(plain(page)).toHaveCount(3);
  for (const input of await plain(page).all()) await expect(input).toBeEnabled();
  expect(await question.submit()).toEqual({
    ...untouched("job", "barista"),
    ...untouched("next"),
    ...untouched("last"),
  });
});

test("while a request is on its way, whose answer changes nothing then", async ({ page }) => {
  let release;
  const asked = new Promise((resolve) => page.route("**/code", (route) => resolve((release = () => route.continue()))));
  const question = await opened(page, element("job"));
  await question.title.fill("barista");
  await question.title.blur();
  await asked;
  await setTrap(page);
  await add(page, "next");
  await expect(plain(page).first()).toBeEnabled();
  await page.evaluate(() => (window.trapping = false));
  const answered = page.waitForResponse("**/code");
  release();
  await answered;
  // What is asked after it comes after it.
  await page.evaluate(async () => (await fetch("/")).text());
  expect(await question.submit()).toEqual({ ...untouched("job", "barista"), ...untouched("next") });
});
