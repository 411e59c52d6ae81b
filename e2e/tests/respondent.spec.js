// What a respondent meets between the first letter and the confirmed occupation.
import { expect, test } from "@playwright/test";
import { answerWith, element, openForm, QuestionPage } from "./question.js";

async function opened(page, attributes = "") {
  await openForm(page, element("job", attributes));
  const question = new QuestionPage(page);
  await expect(question.title).toBeVisible();
  return question;
}

/** A question on a clock that stands still unless it is moved. */
async function openedOnAStandingClock(page, attributes) {
  await page.clock.install({ time: "2026-01-01T10:00:00" });
  const question = await opened(page, attributes);
  await page.clock.pauseAt("2026-01-01T11:00:00");
  return question;
}

function countRequests(page) {
  const counted = { requests: 0 };
  page.on("request", (request) => (counted.requests += request.url().endsWith("/code") ? 1 : 0));
  return counted;
}

test("a text too long is kept, told by how much, and never asked for", async ({ page }) => {
  const counted = countRequests(page);
  const question = await opened(page);
  await question.tasks.fill("x".repeat(104));
  await expect(page.getByText("Take 4 characters out")).toBeVisible();
  await question.title.fill("driver");
  await question.title.press("Enter");
  await expect(page.getByText("Take 10 characters out")).toBeVisible();
  await expect(question.tasks).toHaveValue("x".repeat(104));
  expect(counted.requests).toBe(0);
});

test("what cannot be turned into ASCII is named, and is not sent", async ({ page }) => {
  const counted = countRequests(page);
  const question = await opened(page);
  await question.answer("nurse \u533b\u751f", "ward \u{1f469}");
  await expect(page.locator(".error")).toContainText("job title has characters that we cannot look up: \u533b\u751f");
  await expect(page.locator(".error")).toContainText("main tasks have characters that we cannot look up: \u{1f469}");
  expect(counted.requests).toBe(0);
  expect(await question.submit()).toMatchObject({ job_title: ["nurse \u533b\u751f"], job_status: ["unsuitable"] });
});

test("what phones type is sent in ASCII and submitted as typed", async ({ page }) => {
  const question = await opened(page);
  const asked = page.waitForRequest("**/code");
  await question.answer("Caf\u00e9\u00a0owner\u2019s \u201chelp\u201d \u2013 \u0141\u00f3d\u017a\u2026");
  expect((await asked).postDataJSON().record.occp_text).toBe('Cafe owner\'s "help" - Lodz...');
  expect((await question.submit()).job_title[0]).toContain("Caf\u00e9");
});

for (const [what, words, hint] of [
  ["several jobs in one title", "cleaner and barista", "write only about your main one"],
  ["a code", "254499", "rather than a code"],
]) {
  test(`${what} gets a hint and is looked up all the same`, async ({ page }) => {
    const question = await opened(page);
    const asked = page.waitForRequest("**/code");
    await question.title.fill(words);
    await expect(page.locator(".advice")).toContainText(hint);
    await asked;
  });
}

test.describe("the page chooses when to ask:", () => {
  test("on leaving a field", async ({ page }) => {
    const counted = countRequests(page);
    const question = await openedOnAStandingClock(page, 'trigger="leave"');
    await question.title.fill("barista");
    await page.clock.runFor(10_000);
    expect(counted.requests).toBe(0);
    await question.title.blur();
    await expect(question.option("Barista")).toBeVisible();
  });

  test("on a button", async ({ page }) => {
    const counted = countRequests(page);
    const question = await openedOnAStandingClock(page, 'trigger="button"');
    await question.answer("barista");
    await page.clock.runFor(10_000);
    expect(counted.requests).toBe(0);
    await page.getByRole("button", { name: "Find my occupation" }).click();
    await expect(question.option("Barista")).toBeVisible();
  });
});

test("with a button to confirm, choosing only marks", async ({ page }) => {
  const question = await opened(page, 'confirm="button"');
  await question.answer("barista");
  await question.option("Barista").click();
  await expect(page.getByText("Press the button to confirm: Barista")).toBeVisible();
  const confirm = page.getByRole("button", { name: "Confirm my choice" });
  await confirm.click();
  await expect(page.locator(".outcome")).toContainText("Your choice: Barista");
  await expect(confirm).toBeDisabled();
  expect((await question.submit()).job_status).toEqual(["confirmed"]);
});

test("without that press nothing is confirmed", async ({ page }) => {
  const question = await opened(page, 'confirm="button"');
  await question.answer("barista");
  await question.option("Barista").click();
  expect((await question.submit()).job_status).toEqual(["unconfirmed"]);
});

test("codes are shown where the page wants them", async ({ page }) => {
  const question = await opened(page, "show-codes");
  await question.answer("barista");
  await expect(question.option("471231 Barista")).toBeVisible();
});

test("a change of words visibly withdraws the choice", async ({ page }) => {
  const question = await opened(page);
  await question.answer("barista");
  await question.option("Barista").click();
  await question.title.fill("barista and cook");
  await expect(page.locator(".note").or(page.locator(".outcome")).getByText("taken back")).toBeVisible();
  await expect(page.locator(".outcome")).toContainText("choose again");
  await expect(question.list.getByRole("radio", { checked: true })).toHaveCount(0);
});

for (const [title, tasks, advice] of [
  ["xqzvw kjhgq", "", "Adding your main tasks may help"],
  ["", "xqzvw kjhgq", "Adding your job title may help"],
  ["xqzvw", "kjhgq", "More or other words may help"],
]) {
  test(`no list for "${title}" and "${tasks}" asks for what is missing`, async ({ page }) => {
    const question = await opened(page);
    await question.answer(title, tasks);
    if (!tasks) await question.title.press("Enter");
    await expect(page.locator(".note")).toContainText(advice);
    expect((await question.submit()).job_status).toEqual(["no-match"]);
  });
}

test("none of these asks for what is missing", async ({ page }) => {
  const question = await opened(page);
  await question.answer("barista");
  await question.option("None of these").click();
  await expect(page.locator(".outcome")).toContainText("Adding your main tasks may help");
});

test("back online, the lookup is done by itself", async ({ page, context }) => {
  const question = await opened(page);
  await context.setOffline(true);
  await question.answer("barista");
  await expect(page.locator(".note")).toContainText("You are offline");
  await expect(page.locator(".note")).toContainText("We will try again when you are online");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await context.setOffline(false);
  await expect(question.option("Barista")).toBeVisible();
});

test("a rate limit is waited for as long as it says", async ({ page }) => {
  const question = await openedOnAStandingClock(page);
  await page.route("**/code", (route) => route.fulfill({ status: 429, headers: { "retry-after": "7" } }));
  await question.answer("barista");
  await expect(page.locator(".note")).toContainText("We will try again by ourselves");
  await page.unrouteAll();
  await page.clock.runFor(6_500);
  await expect(question.list).toHaveCount(0);
  await page.clock.runFor(600);
  await expect(question.option("Barista")).toBeVisible();
});

test("a tap planned before the answer still hits what it aimed at", async ({ page }) => {
  await answerWith(page, ...Array.from({ length: 5 }, (_, number) => `Occupation with quite a long label ${number}`));
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  await page.route("**/code", async (route) => {
    await held;
    await route.fallback();
  });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const question = await opened(page);
    const asked = page.waitForRequest("**/code");
    await question.title.fill("barista");
    await asked;
    const before = await question.next.boundingBox();
    letThrough();
    await expect(question.list).toBeVisible();
    expect(await question.next.boundingBox()).toEqual(before);
    await question.option("Occupation with quite a long label 0").click();
    await expect(page.locator(".outcome")).not.toBeEmpty();
    expect(await question.next.boundingBox()).toEqual(before);
  }
});

test("while a word is composed nothing is asked, unless it stands still for long", async ({ page }) => {
  const counted = countRequests(page);
  const question = await openedOnAStandingClock(page);
  await question.title.focus();
  const client = await page.context().newCDPSession(page);
  await client.send("Input.imeSetComposition", { text: "barista", selectionStart: 7, selectionEnd: 7 });
  await expect(question.title).toHaveValue("barista");
  await page.clock.runFor(2_000);
  expect(counted.requests).toBe(0);
  await page.clock.runFor(600);
  await expect(question.option("Barista")).toBeVisible();
});

test("the Enter that ends a composition in Safari, which comes after it, does not ask", async ({ page }) => {
  const question = await openedOnAStandingClock(page);
  await question.title.fill("barista");
  const leavesToTheBrowser = (keyCode) =>
    question.title.evaluate(
      (input, keyCode) =>
        input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode, bubbles: true, cancelable: true })),
      keyCode,
    );
  expect(await leavesToTheBrowser(229)).toBe(true);
  await expect(page.locator(".note")).toHaveText("");
  expect(await leavesToTheBrowser(13)).toBe(false);
  await expect(question.option("Barista")).toBeVisible();
});

test("few characters left are said after a pause and not before", async ({ page }) => {
  const question = await openedOnAStandingClock(page, 'trigger="button"');
  await question.title.fill("x".repeat(95));
  await expect(page.locator(".count")).toContainText("5 characters left");
  await expect(page.getByRole("status")).toHaveText("");
  await page.clock.runFor(800);
  await expect(page.getByRole("status")).toHaveText("5 characters left.");
});

test("a press on plain text leaves the fields alone", async ({ page }) => {
  const question = await opened(page);
  await page.locator(".counter").click();
  await expect(question.title).not.toBeFocused();
  await question.tasks.focus();
  await page.locator(".counter").click();
  await expect(question.tasks).not.toBeFocused();
});
