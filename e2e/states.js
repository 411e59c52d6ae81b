// Every state that the question can be seen in, and how a respondent gets there. For axe and for the screenshots.
import { answerWith, QuestionPage } from "./tests/question.js";

const LABELS = ["Barista", "Cafe Worker", "Waiter", "Bar Attendant", "Cafe or Restaurant Manager"];

async function listed(question) {
  await answerWith(question.page, ...LABELS);
  await question.answer("barista", "making coffee");
  await question.option("Barista").waitFor();
}

async function refused(question, status, headers = {}) {
  await question.page.route("**/code", (route) => route.fulfill({ status, headers }));
  await question.answer("barista");
  await question.page.locator(".note").getByText("kept").waitFor();
}

export const STATES = {
  empty: async () => {},
  typing: async (question) => {
    await question.page.route("**/code", () => {});
    await question.title.fill("bar");
  },
  waiting: async (question) => {
    await question.page.route("**/code", () => {});
    await question.answer("barista");
    await question.page.locator(".note").getByText("Looking").waitFor();
  },
  slow: async (question) => {
    await question.page.route("**/code", () => {});
    await question.answer("barista");
    await question.page.locator(".note").getByText("longer than usual").waitFor();
  },
  list: listed,
  confirmed: (question) => listed(question).then(() => question.option("Barista").click()),
  withdrawn: async (question) => {
    await listed(question);
    await question.option("Barista").click();
    await question.page.route("**/code", () => {});
    await question.title.fill("barista and cook");
    await question.page.locator(".note").getByText("taken back").waitFor();
  },
  "none of these": (question) => listed(question).then(() => question.option("None of these").click()),
  "no match": async (question) => {
    await answerWith(question.page);
    await question.answer("xqzvw kjhgq");
    await question.page.locator(".note").getByText("could not find").waitFor();
  },
  "too long": (question) => question.answer("barista", "x".repeat(104)),
  "foreign characters": (question) => question.answer("nurse \u533b\u751f"),
  hint: async (question) => {
    await question.page.route("**/code", () => {});
    await question.answer("cleaner and barista");
  },
  offline: async (question) => {
    await question.page.context().setOffline(true);
    await question.answer("barista");
    await question.page.locator(".note").getByText("offline").first().waitFor();
  },
  "rate limited": (question) => refused(question, 429, { "retry-after": "50" }),
  refused: (question) => refused(question, 404),
  failed: (question) => refused(question, 500),
  disabled: (question) => question.page.evaluate(() => (document.querySelector("occupation-coder").disabled = true)),
  readonly: async (question) => {
    await listed(question);
    await question.option("Barista").click();
    await question.page.evaluate(() => (document.querySelector("occupation-coder").readOnly = true));
  },
  "a button to ask": async (question) => {
    await question.page.evaluate(() => (document.querySelector("occupation-coder").trigger = "button"));
    await question.answer("barista");
    await question.page.getByRole("button", { name: "Find my occupation" }).waitFor();
  },
  "a button to confirm": async (question) => {
    await question.page.evaluate(() => {
      const host = document.querySelector("occupation-coder");
      Object.assign(host, { confirm: "button", showCodes: true });
    });
    await answerWith(question.page, ...LABELS);
    await question.answer("barista", "making coffee");
    await question.option("100000 Barista").click();
  },
};

/** Opens the demo and brings its question into the state. */
export async function reach(page, state) {
  const question = new QuestionPage(page);
  await question.open();
  await STATES[state](question);
  return question;
}
