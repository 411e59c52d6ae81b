// The element as a control of a form: values, validity, reset, drafts, and each field exactly once in every state.
import { expect, test } from "@playwright/test";
import { answerWith, element, FIELDS, openForm, QuestionPage } from "./question.js";

const host = (page) => page.locator("occupation-coder");

async function opened(page, form) {
  await openForm(page, form);
  const question = new QuestionPage(page);
  await expect(question.title).toBeVisible();
  return question;
}

const states = {
  empty: async () => {},
  unsuitable: (question) => question.title.fill("ab"),
  pending: async (question) => {
    await question.page.route("**/code", () => {});
    await question.title.fill("barista");
  },
  unconfirmed: async (question) => {
    await answerWith(question.page, "Barista");
    await question.answer("barista");
    await question.option("Barista").waitFor();
  },
  confirmed: async (question) => {
    await answerWith(question.page, "Barista");
    await question.answer("barista");
    await question.option("Barista").click();
  },
  "none-of-these": async (question) => {
    await answerWith(question.page, "Barista");
    await question.answer("barista");
    await question.option("None of these").click();
  },
  "no-match": async (question) => {
    await answerWith(question.page);
    await question.answer("barista");
    await question.page.getByText("could not find").first().waitFor();
  },
  failed: async (question) => {
    await question.page.route("**/code", (route) => route.fulfill({ status: 404 }));
    await question.answer("barista");
    await question.page.getByText("cannot be looked up here").first().waitFor();
  },
};

for (const [status, reach] of Object.entries(states)) {
  test(`left as ${status}, the form has each field exactly once`, async ({ page }) => {
    const question = await opened(page, element("job"));
    await reach(question);
    const fields = await question.submit();
    for (const field of FIELDS) expect(fields[`job_${field}`], field).toHaveLength(1);
    expect(fields.job_status).toEqual([status]);
    expect(fields.job_code[0] !== "").toBe(status === "confirmed");
  });
}

test("left as not-offered, the form has what the plain inputs hold", async ({ page }) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await openForm(page, element("job"));
  await page.getByLabel("Title").fill("barista");
  const fields = await new QuestionPage(page).submit();
  expect(fields).toEqual({ job_title: ["barista"], job_tasks: [""], job_status: ["not-offered"] });
});

test("required means that a job title was typed, and nothing about its text", async ({ page }) => {
  await page.route("**/code", () => {});
  const question = await opened(page, element("job", "required"));
  const validity = () => host(page).evaluate((element) => [element.checkValidity(), element.validationMessage]);
  expect(await validity()).toEqual([false, "Enter your job title"]);
  await question.next.click();
  await expect(question.title).toBeFocused();
  for (const words of ["x".repeat(300), "\u533b\u751f", "ab"]) {
    await question.title.fill(words);
    expect(await validity()).toEqual([true, ""]);
  }
  await question.title.fill("  ");
  expect((await validity())[0]).toBe(false);
  await expect(question.title).toHaveAttribute("aria-required", "true");
});

test("the page's own error makes the element invalid until it is taken back", async ({ page }) => {
  await opened(page, element("job"));
  const message = await host(page).evaluate((element) => {
    element.setCustomValidity("Say more");
    return [element.checkValidity(), element.validationMessage];
  });
  expect(message).toEqual([false, "Say more"]);
  expect(await host(page).evaluate((element) => (element.setCustomValidity(""), element.checkValidity()))).toBe(true);
});

test("a reset brings back what the page wrote into the inputs", async ({ page }) => {
  await page.route("**/code", () => {});
  const prefilled = element("job").replace('name="job_title"', 'name="job_title" value="sparky"');
  const question = await opened(page, `${prefilled}<button type="reset">Clear</button>`);
  await expect(question.title).toHaveValue("sparky");
  await question.title.fill("barista");
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(question.title).toHaveValue("sparky");
  expect((await question.submit()).job_title).toEqual(["sparky"]);
});

test("a draft in the value attribute is back with its code, and after a reset again", async ({ page }) => {
  const draft = JSON.stringify({ title: "sparky", tasks: "", code: "381231", label: "Electrician", confidence: 0.5 });
  const question = await opened(page, element("job", `value='${draft}'`));
  const confirmed = { job_title: ["sparky"], job_code: ["381231"], job_status: ["confirmed"] };
  await expect(page.locator(".outcome")).toContainText("Your choice: Electrician");
  await page.route("**/code", () => {});
  await question.title.fill("barista");
  await host(page).evaluate((element) => element.reset());
  await expect(page.locator(".outcome")).toContainText("Your choice: Electrician");
  expect(await question.submit()).toMatchObject(confirmed);
});

test("the value property reads and fills the question", async ({ page }) => {
  await answerWith(page, "Barista");
  const question = await opened(page, element("job"));
  await host(page).evaluate((element) => (element.value = { title: "barista", tasks: "making coffee" }));
  await expect(question.tasks).toHaveValue("making coffee");
  await question.option("Barista").click();
  const value = await host(page).evaluate((element) => element.value);
  expect(value).toMatchObject({
    title: "barista",
    code: "100000",
    label: "Barista",
    confidence: 0.9,
    status: "confirmed",
  });
});

test("going back to the form brings words and confirmation back", async ({ page }) => {
  await answerWith(page, "Barista");
  const question = await opened(page, element("job"));
  await question.answer("barista");
  await question.option("Barista").click();
  await question.submit();
  await page.goBack();
  await expect(question.title).toHaveValue("barista");
  await expect(page.locator(".outcome")).toContainText("Your choice: Barista");
  expect(await question.submit()).toMatchObject({ job_code: ["100000"], job_status: ["confirmed"] });
});

test("a disabled element is not submitted, and an enabled one is", async ({ page }) => {
  const question = await opened(page, element("job", "disabled"));
  await expect(question.title).toBeDisabled();
  expect(await page.evaluate(() => [...new FormData(document.forms[0]).keys()])).toEqual([]);
  await host(page).evaluate((element) => (element.disabled = false));
  await expect(question.title).toBeEnabled();
  expect(Object.keys(await question.submit())).toHaveLength(8);
});

test("a readonly answer can be read and is submitted, but not changed", async ({ page }) => {
  const draft = JSON.stringify({ title: "sparky", code: "381231", label: "Electrician", confidence: 0.5 });
  const question = await opened(page, element("job", `readonly value='${draft}'`));
  await expect(question.title).not.toBeEditable();
  await expect(question.option("None of these")).toBeDisabled();
  const outcome = page.locator(".outcome");
  await expect(outcome).toHaveText("Your choice: Electrician.");
  await host(page).evaluate((element) => (element.readOnly = false));
  await expect(outcome).toHaveText("Your choice: Electrician. You can still change it.");
  await host(page).evaluate((element) => (element.readOnly = true));
  expect((await question.submit()).job_code).toEqual(["381231"]);
});

test("outside of its form it belongs to the one that its form attribute names", async ({ page }) => {
  await page.route("**/code", () => {});
  await openForm(page, "", element("job", 'form="survey"'));
  await page.evaluate(() => (document.forms[0].id = "survey"));
  const question = new QuestionPage(page);
  await question.title.fill("barista");
  expect(await host(page).evaluate((element) => element.form.id)).toBe("survey");
  expect((await question.submit()).job_title).toEqual(["barista"]);
});

test("another name submits other fields", async ({ page }) => {
  const question = await opened(page, element("job"));
  await host(page).evaluate((element) => (element.name = "work"));
  await expect.poll(() => page.evaluate(() => new FormData(document.forms[0]).get("work_status"))).toBe("empty");
  expect(Object.keys(await question.submit())).toHaveLength(8);
});

test("a label of the page names the element and leads to its first field", async ({ page }) => {
  const question = await opened(page, `<label for="job">Your job</label>${element("job", 'id="job"')}`);
  await page.getByText("Your job", { exact: true }).click();
  await expect(question.title).toBeFocused();
  await page.evaluate(() => document.activeElement.blur());
  await host(page).evaluate((element) => element.focus());
  await expect(question.title).toBeFocused();
});

test("events tell suggestions and reasons", async ({ page }) => {
  const question = await opened(page, element("job"));
  await page.evaluate(() => {
    window.details = {};
    for (const name of ["suggestions", "error"]) {
      addEventListener(`occupation-${name}`, ({ detail }) => (window.details[name] = detail));
    }
  });
  await answerWith(page, "Barista", "Waiter");
  await question.answer("barista");
  await question.option("Waiter").waitFor();
  await page.route("**/code", (route) => route.fulfill({ status: 404 }));
  await question.answer("waiter");
  await expect.poll(() => page.evaluate(() => window.details.error?.reason)).toBe("refused");
  const { suggestions, title } = await page.evaluate(() => window.details.suggestions);
  expect([title, suggestions.map(({ label }) => label)]).toEqual(["barista", ["Barista", "Waiter"]]);
});
