// The main job: someone types a job into the demo, confirms an occupation and submits the form.
import { expect, test } from "@playwright/test";
import { FIELDS, QuestionPage } from "./question.js";

test("a job is typed, confirmed and received with its code", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.pressSequentially("sparky", { delay: 30 });
  await question.tasks.pressSequentially("wiring houses", { delay: 30 });
  await expect(page.getByText("81 characters left")).toBeVisible();
  await question.option("Electrician (General)").click();
  await expect(page.getByText("Your choice: Electrician (General)").first()).toBeVisible();

  const fields = await question.submit();
  expect(fields).toMatchObject({
    worked: ["yes"],
    job_title: ["sparky"],
    job_tasks: ["wiring houses"],
    job_code: ["381231"],
    job_label: ["Electrician (General)"],
    job_status: ["confirmed"],
    job_source: ["embedded"],
  });
  expect(Number(fields.job_confidence[0])).toBeGreaterThan(0.5);
  expect(fields.job_model[0]).toMatch(/^[0-9a-f-]{36}$/);
  for (const field of FIELDS) expect(fields[`job_${field}`]).toHaveLength(1);
});

test("the same by keyboard alone", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await page.getByRole("radio", { name: "Yes", exact: true }).focus();
  await page.keyboard.press("Tab");
  await expect(question.title).toBeFocused();
  await page.keyboard.type("sparky");
  await page.keyboard.press("Tab");
  await expect(question.tasks).toBeFocused();
  await page.keyboard.type("wiring houses");
  await page.keyboard.press("Enter");
  await expect(question.list).toBeVisible();
  await expect(question.tasks).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(question.option("Electrician (General)")).toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.type("38");
  await page.keyboard.press("Tab");
  await expect(question.next).toBeFocused();
  await page.keyboard.press("Enter");
  const fields = await question.received();
  expect(fields).toMatchObject({ job_code: ["381231"], job_status: ["confirmed"], hours: ["38"] });
});

test("arrow keys only move, and leaving the list confirms", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.enterList("truck driver", "Truck Driver (General)");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await expect(question.option("Truck Driver (General)")).toBeChecked();
  await expect(page.getByText("Your choice:")).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(page.getByText("Your choice: Truck Driver (General)").first()).toBeVisible();
});

test("the space bar confirms what the arrow keys moved to", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.enterList("truck driver", "Truck Driver (General)");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expect(page.getByText("Your choice:").first()).toBeVisible();
  expect((await question.submit()).job_status).toEqual(["confirmed"]);
});

test("trying again keeps focus in the question", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await page.route("**/code", (route) => route.abort());
  await question.answer("barista");
  await page.getByRole("button", { name: "Try again" }).focus();
  await page.unrouteAll();
  await page.keyboard.press("Enter");
  await expect(question.option("Barista")).toBeVisible();
  expect(await page.evaluate(() => document.activeElement.localName)).toBe("occupation-coder");
});

test("the same number of suggestions is announced again for other words", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  const said = page.getByRole("status");
  await question.answer("barista");
  await expect(said).toHaveText("5 matching occupations are listed below.");
  await page.route("**/code", () => {});
  await question.title.fill("truck driver");
  await expect(said).toHaveText("");
});

test.describe("an answer that comes during a press", () => {
  /** Asks, presses at a place that is looked up before the answer is let through, and sees the answer arrive. */
  async function pressAndAnswer(question, place) {
    const { page } = question;
    let letThrough;
    const asked = new Promise((resolve) =>
      page.route("**/code", (route) => resolve((letThrough = () => route.continue()))),
    );
    await question.title.fill("barista");
    await asked;
    const { x, y } = await place();
    await page.mouse.move(x, y);
    await page.mouse.down();
    const answered = page.waitForResponse("**/code");
    await letThrough();
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }

  test("does not move the button away", async ({ page }) => {
    const question = new QuestionPage(page);
    await question.open();
    let box;
    await pressAndAnswer(question, async () => {
      await question.next.scrollIntoViewIfNeeded();
      box = await question.next.boundingBox();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    expect(await question.next.boundingBox()).toEqual(box);
    await page.mouse.up();
    expect((await question.received()).job_title).toEqual(["barista"]);
  });

  test("is shown after it", async ({ page }) => {
    const question = new QuestionPage(page);
    await question.open();
    await pressAndAnswer(question, async () => ({ x: 5, y: 5 }));
    await expect(question.list).toHaveCount(0);
    await page.mouse.up();
    await expect(question.option("Barista")).toBeVisible();
  });
});

test("Enter in a field asks for suggestions and does not submit", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("barista");
  await question.title.press("Enter");
  await expect(question.option("Barista")).toBeVisible();
  await expect(page).toHaveURL("/");
});

test("typing both fields at five characters a second asks at most twice", async ({ page }) => {
  let requests = 0;
  page.on("request", (request) => (requests += request.url().endsWith("/code") ? 1 : 0));
  await page.clock.install({ time: "2026-01-01T10:00:00" });
  const question = new QuestionPage(page);
  await question.open();
  await page.clock.pauseAt("2026-01-01T11:00:00");
  for (const [field, words] of [
    [question.title, "truck driver"],
    [question.tasks, "moving grain"],
  ]) {
    await field.focus();
    for (const character of words) {
      await page.keyboard.type(character);
      await page.clock.runFor(200);
    }
  }
  await page.clock.runFor(1_000);
  await expect(question.list).toBeVisible();
  expect(requests).toBe(2);
});

test("every way to leave the form has its status", async ({ page }) => {
  const question = new QuestionPage(page);
  for (const [status, act] of [
    ["empty", async () => {}],
    ["unsuitable", () => question.answer("ab")],
    ["no-match", () => question.answer("xqzvw kjhgq").then(() => page.getByText("could not find").first().waitFor())],
    ["unconfirmed", () => question.answer("barista").then(() => question.option("Barista").waitFor())],
    ["none-of-these", () => question.answer("barista").then(() => question.option("None of these").click())],
  ]) {
    await question.open();
    await act();
    const fields = await question.submit();
    expect(fields.job_status, status).toEqual([status]);
    expect(fields.job_code).toEqual([""]);
  }
});

test("the counter tells how much too long a text is, and the text is kept", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.answer("driver", "x".repeat(104));
  await expect(page.getByText("10 characters too many").first()).toBeVisible();
  await expect(question.tasks).toHaveAttribute("aria-invalid", "true");
  const fields = await question.submit();
  expect(fields).toMatchObject({ job_tasks: ["x".repeat(104)], job_status: ["unsuitable"] });
});
