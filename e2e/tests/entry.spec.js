// However a text comes into a field, it counts as typed: the counter follows, it is looked up, it is submitted.
import { expect, test } from "@playwright/test";
import { answerWith, element, openForm, QuestionPage } from "./question.js";

async function opened(page, more = "") {
  await answerWith(page, "Registered Nurse", "Nurse Manager");
  await openForm(page, more + element("job"));
  const question = new QuestionPage(page);
  await expect(question.title).toBeVisible();
  return question;
}

/** The words are counted, asked for without a further key or press, and submitted. */
async function expectCounted(question, asked, title, tasks = "") {
  const left = 100 - title.length - tasks.length;
  await expect(question.page.locator(".count")).toContainText(`${left} characters left`);
  expect((await asked).postDataJSON().record).toEqual({ occp_text: title, tasks_text: tasks });
  await expect(question.option("Registered Nurse")).toBeVisible();
  expect(await question.submit()).toMatchObject({ job_title: [title], job_tasks: [tasks] });
}

const nextLookup = (page) => page.waitForRequest("**/code");

test("dictated, or put in by a phone's keyboard, without a key being pressed", async ({ page }) => {
  const question = await opened(page);
  const asked = nextLookup(page);
  await question.title.focus();
  for (const words of ["registered ", "nurse"]) await page.keyboard.insertText(words);
  await expectCounted(question, asked, "registered nurse");
});

test("filled in by the browser or a password manager, both fields at once", async ({ page }) => {
  const question = await opened(page);
  const asked = nextLookup(page);
  await page.locator("occupation-coder").evaluate((host) => {
    for (const [id, words] of [
      ["title", "nurse"],
      ["tasks", "hospital ward"],
    ]) {
      const input = host.shadowRoot.getElementById(id);
      input.value = words;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  await expectCounted(question, asked, "nurse", "hospital ward");
});

test("pasted", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const question = await opened(page);
  await page.evaluate(() => navigator.clipboard.writeText("registered\nnurse"));
  const asked = nextLookup(page);
  await question.title.focus();
  await page.keyboard.press("ControlOrMeta+v");
  await expectCounted(question, asked, "registered nurse");
});

test("dragged from the page and dropped", async ({ page }) => {
  const question = await opened(page, '<p id="ad" style="font: 20px monospace">registered nurse</p>');
  const asked = nextLookup(page);
  await page.evaluate(() => getSelection().selectAllChildren(document.getElementById("ad")));
  const [from, to] = [await page.locator("#ad").boundingBox(), await question.title.boundingBox()];
  await page.mouse.move(from.x + 30, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + from.height / 2, { steps: 5 });
  await page.mouse.move(to.x + 40, to.y + to.height / 2, { steps: 5 });
  await page.mouse.up();
  await expectCounted(question, asked, "registered nurse");
});

test("undone, and done again", async ({ page }) => {
  const question = await opened(page);
  await question.title.focus();
  await page.keyboard.insertText("registered nurse");
  await expect(question.option("Registered Nurse")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.getByText("100 characters left").filter({ visible: true })).toBeVisible();
  await expect(question.list).toBeHidden();
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(page.getByText("84 characters left")).toBeVisible();
  expect(await question.submit()).toMatchObject({ job_title: ["registered nurse"], job_status: ["unconfirmed"] });
});

test.describe("on a touch screen", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("taps alone choose, change the choice and go on", async ({ page }) => {
    const question = await opened(page);
    await question.title.tap();
    await expect(question.title).toBeFocused();
    await page.keyboard.insertText("nurse");
    await question.option("Registered Nurse").tap();
    await expect(page.locator(".outcome")).toContainText("Your choice: Registered Nurse");
    await question.list.getByText("Nurse Manager", { exact: true }).tap();
    await expect(page.locator(".outcome")).toContainText("Your choice: Nurse Manager");
    await question.next.tap();
    expect(await question.received()).toMatchObject({ job_label: ["Nurse Manager"], job_status: ["confirmed"] });
  });
});
