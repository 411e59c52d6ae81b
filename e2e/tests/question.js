// What the tests do on the page, in a respondent's words.
import { expect } from "@playwright/test";

export class QuestionPage {
  constructor(page) {
    this.page = page;
    this.title = page.getByRole("textbox", { name: "What is your job title?" });
    this.tasks = page.getByRole("textbox", { name: "What are your main tasks in that job?" });
    this.list = page.getByRole("group", { name: "Which of these is closest to your main job?" });
    this.next = page.getByRole("button", { name: "Next" });
  }

  async open(path = "/") {
    await this.page.goto(path);
    await expect(this.title).toBeVisible();
  }

  option(name) {
    return this.list.getByRole("radio", { name, exact: true });
  }

  async answer(title, tasks = "") {
    await this.title.fill(title);
    await this.tasks.fill(tasks);
    await this.tasks.blur();
  }

  /** Answers, and moves from the last field into the list by keyboard. */
  async enterList(title, best) {
    await this.answer(title);
    await this.option(best).waitFor();
    await this.tasks.focus();
    await this.page.keyboard.press("Tab");
  }

  /** Submits and returns the fields that the server received, each name with all its values. */
  async submit() {
    await this.next.click();
    return this.received();
  }

  async received() {
    await expect(this.page.getByRole("heading", { name: "What the form submitted" })).toBeVisible();
    const fields = {};
    for (const row of await this.page.locator("tbody tr").all()) {
      (fields[await row.getByRole("rowheader").innerText()] ??= []).push(await row.getByRole("cell").innerText());
    }
    return fields;
  }
}

/** A page of the same origin with this form in it. */
export async function openForm(page, form, script = "") {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A form</title>
    <script type="module" src="/occupation-coder.js"></script>
    <form action="/received" method="post">${form}<button>Next</button></form>${script}`;
  await page.route("**/form-under-test", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("/form-under-test");
}

/** The markup of a question as a page has it. */
export const element = (name, attributes = "", more = "") => `
  <occupation-coder name="${name}" endpoint="/" ${attributes}>
    <label>Title <input name="${name}_title"></label>
    <label>Tasks <input name="${name}_tasks"></label>
    <input type="hidden" name="${name}_status" value="not-offered">${more}
  </occupation-coder>`;

/** Answers each lookup with these labels, without the coder. */
export async function answerWith(page, ...labels) {
  const result = labels.map((codeLabel, number) => ({
    codeCategory: String(100000 + number),
    codeLabel,
    codeConfidence: 0.9 - number / 100,
  }));
  const json = { codeStatus: labels.length ? "successful" : "unsuccessful", input: {}, result };
  await page.route("**/code", (route) => route.fulfill({ json }));
}

export const FIELDS = ["title", "tasks", "code", "label", "confidence", "status", "source", "model"];
