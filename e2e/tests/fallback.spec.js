// The plain inputs inside the element serve whenever the question cannot.
import { expect, test } from "@playwright/test";
import { QuestionPage } from "./question.js";

async function submitPlainInputs(page) {
  await page.getByRole("textbox", { name: "Your job title" }).fill("sparky");
  await page.getByRole("textbox", { name: "Your main tasks" }).fill("wiring houses");
  await page.getByRole("button", { name: "Next" }).click();
  const fields = await new QuestionPage(page).received();
  const job = Object.entries(fields).filter(([name]) => name.startsWith("job_"));
  expect(Object.fromEntries(job)).toEqual({
    job_title: ["sparky"],
    job_tasks: ["wiring houses"],
    job_status: ["not-offered"],
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the plain inputs submit", async ({ page }) => {
    await page.goto("/");
    await submitPlainInputs(page);
  });
});

for (const file of ["occupation-coder.js", "occuform_bg.wasm"]) {
  test(`without ${file} the plain inputs submit`, async ({ page }) => {
    await page.route(`**/${file}`, (route) => route.abort());
    const failed = page.waitForEvent("requestfailed");
    await page.goto("/");
    await failed;
    await submitPlainInputs(page);
  });
}

test("what was typed before the question is there carries over, with focus and caret", async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/occuform_bg.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/");
  const plain = page.getByRole("textbox", { name: "Your job title" });
  await plain.fill("truk driver");
  await plain.evaluate((input) => input.setSelectionRange(3, 3));
  release();
  const question = new QuestionPage(page);
  await expect(question.title).toBeFocused();
  await expect(question.title).toHaveValue("truk driver");
  await page.keyboard.type("c");
  await expect(question.title).toHaveValue("truck driver");
  const fields = await question.submit();
  expect(fields).toMatchObject({ job_title: ["truck driver"] });
});

test("removed from the page and put back, the element keeps the words", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("sparky");
  await page.evaluate(async () => {
    const element = document.querySelector("occupation-coder");
    const next = element.nextSibling;
    element.remove();
    await new Promise(requestAnimationFrame);
    next.before(element);
  });
  await expect(question.title).toHaveValue("sparky");
  const fields = await question.submit();
  expect(fields.job_title).toEqual(["sparky"]);
});

test("if the question breaks, the plain inputs are back with the words", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("sparky");
  await page.evaluate(() => document.querySelector("occupation-coder").fail());
  const plain = page.getByRole("textbox", { name: "Your job title" });
  await expect(plain).toBeEnabled();
  await expect(plain).toHaveValue("sparky");
  const fields = await question.submit();
  expect(fields).toMatchObject({ job_title: ["sparky"], job_tasks: [""], job_status: ["not-offered"] });
  expect(fields.job_code).toBeUndefined();
});

test("an answer that comes after the question broke changes nothing", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  let answer;
  const asked = new Promise((resolve) => page.route("**/code", (route) => resolve((answer = () => route.continue()))));
  await question.title.fill("sparky");
  await question.title.blur();
  await asked;
  await page.evaluate(() => document.querySelector("occupation-coder").fail());
  await answer().catch(() => {});
  const fields = await question.submit();
  expect(fields.job_title).toEqual(["sparky"]);
  expect(fields.job_status).toEqual(["not-offered"]);
});

test("plain inputs that are put into the element later are not submitted as well", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("sparky");
  await page.evaluate(() => {
    document.querySelector("occupation-coder").insertAdjacentHTML("beforeend", '<input name="job_title" value="late">');
  });
  const fields = await question.submit();
  expect(fields.job_title).toEqual(["sparky"]);
});

test("going back to the form brings the words back", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("sparky");
  await question.submit();
  await page.goBack();
  await expect(question.title).toHaveValue("sparky");
  const fields = await question.submit();
  expect(fields.job_title).toEqual(["sparky"]);
});
