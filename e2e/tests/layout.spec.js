// Nothing jumps, nothing is cut off, everything can be hit.
import { expect, test } from "@playwright/test";
import { answerWith, element, openForm, QuestionPage } from "./question.js";

const LONGEST = [
  "Allied Health Counselling, Psychology, Social Work and Creative Therapy Professionals nec",
  "Grain, Oilseed, Pulse and Pasture Farm Worker (Aus) / Field Farm Worker (NZ)",
  "Pouako Kura Kaupapa M\u0101ori (M\u0101ori-medium Primary School Senior Teacher)",
  "Intensive Care Ambulance Paramedic (Aus) / Ambulance Paramedic (NZ)",
  "Telecommunications Linesworker / Telecommunications Line Mechanic",
];
const LONG = "Environmental Health and Occupational Hygiene Professionals not elsewhere classified";

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`at ${viewport.width} pixels nothing moves when the question takes the place of the inputs`, async ({
    page,
  }) => {
    await page.setViewportSize(viewport);
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
    await page.addInitScript(() => {
      window.shift = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (window.shift += value))).observe({
        type: "layout-shift",
        buffered: true,
      });
    });
    await page.goto("/");
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    release();
    await expect(new QuestionPage(page).title).toBeVisible();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await page.evaluate(() => window.shift)).toBeLessThan(0.02);
  });
}

test("at 320 pixels, as at 400 % zoom, nothing scrolls sideways and long labels wrap", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await answerWith(page, LONG, `${LONG} and more`);
  const question = new QuestionPage(page);
  await question.open();
  await question.answer("barista", "x".repeat(104));
  await question.tasks.fill("coffee");
  await question.option(LONG).click();
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: innerWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(width);
  expect((await question.list.getByText(LONG, { exact: true }).boundingBox()).height).toBeGreaterThan(40);
});

for (const [length, words] of [
  [7, "93 Zeichen"],
  [107, "7 Zeichen"],
]) {
  test(`at 320 pixels, ${length} characters are counted in several lines that cover nothing`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const counters = `message-counter-left.other="Noch {count} Zeichen sind in beiden Feldern zusammen frei"
      message-counter-over.other="{count} Zeichen sind in beiden Feldern zusammen zu viel, bitte etwas kürzen"`;
    await openForm(page, element("job", counters));
    const question = new QuestionPage(page);
    await question.title.fill("x".repeat(length));
    const count = page.locator(".count");
    await expect(count).toContainText(words);
    const bottom = await count.evaluate((count) => {
      const text = document.createRange();
      text.selectNodeContents(count);
      return text.getBoundingClientRect().bottom - count.parentElement.getBoundingClientRect().top;
    });
    const { height } = await page.locator(".counter").boundingBox();
    expect(bottom).toBeLessThanOrEqual(height);
    expect(bottom).toBeGreaterThan(40);
  });
}

for (const [width, confirm] of [
  ...[320, 390, 480, 1280].map((width) => [width, "choice"]),
  ...[320, 390, 1280].map((width) => [width, "button"]),
]) {
  test(`at ${width} pixels, confirmed by ${confirm}, the longest official titles move nothing, and all can be chosen`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    await answerWith(page, ...LONGEST);
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    await page.route("**/code", async (route) => {
      await held;
      await route.fallback();
    });
    const question = new QuestionPage(page);
    await question.open();
    await page.locator("occupation-coder").evaluate((host, confirm) => (host.confirm = confirm), confirm);
    const asked = page.waitForRequest("**/code");
    await question.answer("barista");
    await asked;
    const before = await topOfNext(question);
    answer();
    for (const title of [LONGEST[0], LONGEST.at(-1), "None of these", LONGEST[1]]) {
      await question.option(title).click();
      await expect(question.option(title)).toBeChecked();
      if (confirm === "button") await page.getByRole("button", { name: "Confirm my choice" }).click();
      expect(await topOfNext(question)).toBe(before);
    }
    const { scroll, inner } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(inner);
  });
}

test("room for the list is made when the respondent turns to the question, and nothing moves from then on", async ({
  page,
}) => {
  await answerWith(page, "Barista", "Waiter");
  const question = new QuestionPage(page);
  await question.open();
  const without = await topOfNext(question);
  await question.title.click();
  const kept = await topOfNext(question);
  expect(kept).toBeGreaterThan(without + 300);
  await question.title.pressSequentially("barista");
  expect(await topOfNext(question)).toBe(kept);
  await question.option("Barista").waitFor();
  expect(await topOfNext(question)).toBe(kept);
  await question.title.fill("");
  await question.next.focus();
  expect(await topOfNext(question)).toBe(kept);
});

test("a question that is filled in by the page and never turned to keeps room for its list, too", async ({ page }) => {
  await answerWith(page, "Barista", "Waiter");
  const question = new QuestionPage(page);
  await question.open();
  const without = await topOfNext(question);
  const asked = page.waitForRequest("**/code");
  await page.locator("occupation-coder").evaluate((host) => (host.value = { title: "barista" }));
  const kept = await topOfNext(question);
  expect(kept).toBeGreaterThan(without + 300);
  await asked;
  await question.option("Barista").waitFor();
  expect(await topOfNext(question)).toBe(kept);
});

test("a question that can only be read makes no room for a list, and one that is reset gives it back", async ({
  page,
}) => {
  const question = new QuestionPage(page);
  await question.open();
  const without = await topOfNext(question);
  await page.locator("occupation-coder").evaluate((host) => (host.readOnly = true));
  await question.title.click();
  expect(await topOfNext(question)).toBe(without);
  await page.locator("occupation-coder").evaluate((host) => (host.readOnly = false));
  await question.tasks.click();
  expect(await topOfNext(question)).toBeGreaterThan(without + 300);
  await page.locator("occupation-coder").evaluate((host) => host.form.reset());
  expect(await topOfNext(question)).toBe(without);
});

test("an answer that takes less than 0.3 seconds comes without a word about waiting", async ({ page }) => {
  await page.route("**/code", () => {});
  const client = await page.context().newCDPSession(page);
  await client.send("Animation.enable");
  await client.send("Animation.setPlaybackRate", { playbackRate: 0 });
  const question = new QuestionPage(page);
  await question.open();
  await question.answer("barista");
  await expect(page.locator(".note")).toHaveText("Looking for matching occupations…");
  const shown = await page.locator(".panel").evaluate((panel) =>
    [299, 300].map((milliseconds) => {
      for (const animation of panel.getAnimations({ subtree: true })) animation.currentTime = milliseconds;
      const note = panel.querySelector(".note");
      return [getComputedStyle(note), getComputedStyle(panel, "::after")].map(({ visibility }) => visibility);
    }),
  );
  expect(shown).toEqual([
    ["hidden", "hidden"],
    ["visible", "visible"],
  ]);
});

test("every target is 44 pixels high at least", async ({ page }) => {
  await answerWith(page, "Barista", "Waiter");
  const question = new QuestionPage(page);
  await question.open();
  await question.answer("barista");
  await question.option("Barista").waitFor();
  const targets = page.locator("occupation-coder").locator("input[type=text], label:has(input[type=radio])");
  for (const target of await targets.all()) {
    expect((await target.boundingBox()).height).toBeGreaterThanOrEqual(44);
  }
  await page.route("**/code", (route) => route.fulfill({ status: 404 }));
  await question.answer("waiter");
  expect((await page.getByRole("button", { name: "Try again" }).boundingBox()).height).toBeGreaterThanOrEqual(44);
});

test("from right to left the marks stand on the right", async ({ page }) => {
  await answerWith(page, "Barista");
  const question = new QuestionPage(page);
  await question.open();
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  await question.answer("barista");
  const radio = await question.option("Barista").boundingBox();
  const label = await question.list.getByText("Barista", { exact: true }).boundingBox();
  expect(radio.x).toBeGreaterThan(label.x);
});

test("a page's own colours, font and size reach the question", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  const look = await page.evaluate(() => {
    const host = document.querySelector("occupation-coder");
    host.style.cssText = "--occuform-surface: rgb(1, 2, 3); --occuform-target: 60px; font-family: monospace";
    const { backgroundColor, fontFamily, height } = getComputedStyle(host.shadowRoot.getElementById("title"));
    return { backgroundColor, fontFamily, tall: parseFloat(height) >= 60 };
  });
  expect(look).toEqual({ backgroundColor: "rgb(1, 2, 3)", fontFamily: "monospace", tall: true });
});

/** From the top of the page to the button that stands under the question, wherever the page is scrolled to. */
async function topOfNext({ page, next }) {
  return (await next.boundingBox()).y + (await page.evaluate(() => scrollY));
}
