// The element among others in somebody's form.
import { expect, test } from "@playwright/test";
import { element, openForm, QuestionPage } from "./question.js";

test("two questions in a form submit their own fields", async ({ page }) => {
  await openForm(page, element("first") + element("second"));
  const titles = page.getByRole("textbox", { name: "What is your job title?" });
  await expect(titles).toHaveCount(2);
  await titles.nth(0).fill("barista");
  await titles.nth(0).press("Enter");
  await page.getByRole("radio", { name: "Barista" }).click();
  await titles.nth(1).fill("sparky");
  await titles.nth(1).press("Enter");
  await page.getByRole("radio", { name: "Electrician (General)" }).click();
  const fields = await new QuestionPage(page).submit();
  expect(fields).toMatchObject({
    first_label: ["Barista"],
    first_status: ["confirmed"],
    second_label: ["Electrician (General)"],
    second_status: ["confirmed"],
  });
});

test("reset empties the question", async ({ page }) => {
  await openForm(page, `${element("job")}<button type="reset">Clear</button>`);
  const question = new QuestionPage(page);
  await question.title.fill("barista");
  await question.title.press("Enter");
  await question.option("Barista").click();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(question.title).toHaveValue("");
  await expect(question.list).toHaveCount(0);
  const fields = await question.submit();
  expect(fields).toMatchObject({ job_title: [""], job_code: [""], job_status: ["empty"] });
});

test("a disabled fieldset disables the question and submits nothing of it", async ({ page }) => {
  await openForm(page, `<fieldset disabled>${element("job")}</fieldset>`);
  const question = new QuestionPage(page);
  await expect(question.title).toBeDisabled();
  await page.evaluate(() => (document.querySelector("fieldset").disabled = false));
  await expect(question.title).toBeEnabled();
  await page.evaluate(() => (document.querySelector("fieldset").disabled = true));
  await expect(question.title).toBeDisabled();
  expect(Object.keys(await question.submit()).filter((name) => name.startsWith("job_"))).toEqual([]);
});

test("the number of suggestions is the page's choice", async ({ page }) => {
  await openForm(page, element("job", 'suggestions="2"'));
  const question = new QuestionPage(page);
  await question.title.fill("teacher");
  await question.title.press("Enter");
  await expect(question.list.getByRole("radio")).toHaveCount(3);
});

test("the page is told what happens, in bubbling events with the form's value", async ({ page }) => {
  await openForm(page, element("job"));
  await page.evaluate(() => {
    window.told = [];
    for (const name of ["input", "suggestions", "confirm", "clear", "error"]) {
      document.addEventListener(`occupation-${name}`, (event) => window.told.push([name, event.detail.status]));
    }
  });
  const question = new QuestionPage(page);
  await question.title.fill("barista");
  await question.title.press("Enter");
  await question.option("Barista").click();
  await page.route("**/code", () => {});
  await question.title.fill("barista and more");
  await expect
    .poll(() => page.evaluate(() => window.told))
    .toEqual([
      ["input", "pending"],
      ["suggestions", "unconfirmed"],
      ["confirm", "confirmed"],
      ["input", "pending"],
      ["clear", "pending"],
    ]);
  expect(await page.evaluate(() => document.querySelector("occupation-coder").status)).toBe("pending");
});

test("of what the element does by itself at the start, the page is told nothing", async ({ page }) => {
  await page.addInitScript(() => {
    window.told = [];
    for (const name of ["input", "clear"]) addEventListener(`occupation-${name}`, () => window.told.push(name));
  });
  const draft = JSON.stringify({ title: "barista", code: "471231", label: "Barista", confidence: 0.9 });
  await openForm(page, element("job", `value='${draft}'`));
  await expect(new QuestionPage(page).title).toHaveValue("barista");
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => setTimeout(resolve))));
  expect(await page.evaluate(() => window.told)).toEqual([]);
  expect(await page.evaluate(() => document.querySelector("occupation-coder").status)).toBe("confirmed");
});

for (const [what, act, message] of [
  ["an error", (page) => page.route("**/code", (route) => route.fulfill({ status: 500 })), "could not be looked up"],
  ["no JSON", (page) => page.route("**/code", (route) => route.fulfill({ body: "hello" })), "could not be looked up"],
  ["a limit", (page) => page.route("**/code", (route) => route.fulfill({ status: 429 })), "Many people are answering"],
  ["a refusal", (page) => page.route("**/code", (route) => route.fulfill({ status: 404 })), "cannot be looked up here"],
]) {
  test(`with ${what} the respondent is told, goes on, and may try again`, async ({ page }) => {
    const question = new QuestionPage(page);
    await question.open();
    await act(page);
    await question.answer("barista");
    await expect(page.getByText(message).first()).toBeVisible();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await question.option("Barista").click();
    const fields = await question.submit();
    expect(fields).toMatchObject({ job_title: ["barista"], job_status: ["confirmed"] });
  });
}

test("a slow answer is said to be slow, and submitting does not wait for it", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await page.route("**/code", () => {});
  await question.answer("barista");
  await expect(page.getByText("taking longer than usual").first()).toBeVisible();
  const fields = await question.submit();
  expect(fields).toMatchObject({ job_title: ["barista"], job_status: ["pending"] });
});
