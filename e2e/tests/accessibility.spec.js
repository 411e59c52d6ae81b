// axe finds nothing in any state of the page, light or dark.
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { QuestionPage } from "./question.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const states = {
  "the empty form": async () => {},
  "a list": (question) => question.answer("barista").then(() => question.option("Barista").waitFor()),
  "a confirmed choice": (question) => question.answer("barista").then(() => question.option("Barista").click()),
  "none of these": (question) => question.answer("barista").then(() => question.option("None of these").click()),
  "no match": (question) =>
    question.answer("xqzvw kjhgq").then(() => question.page.getByText("could not find").first().waitFor()),
  "a text too long": (question) => question.answer("x".repeat(104)),
  "a foreign character": (question) => question.answer("nurse \u{1f469}"),
  waiting: async (question) => {
    await question.page.route("**/code", () => {});
    await question.answer("barista");
    await question.page.getByText("Looking for matching occupations").waitFor();
  },
  "a failure": async (question) => {
    await question.page.route("**/code", (route) => route.abort());
    await question.answer("barista");
    await question.page.getByRole("button", { name: "Try again" }).waitFor();
  },
  "the received page": (question) => question.submit(),
};

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const [state, reach] of Object.entries(states)) {
      test(state, async ({ page }) => {
        const question = new QuestionPage(page);
        await question.open();
        await reach(question);
        expect(await violations(page)).toEqual([]);
      });
    }
  });
}

test.describe("without JavaScript of its own", () => {
  test("the plain inputs", async ({ page }) => {
    await page.route("**/occupation-coder.js", (route) => route.abort());
    await page.goto("/");
    expect(await violations(page)).toEqual([]);
  });
});

async function violations(page) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run());
  expect(passes.length).toBeGreaterThan(10);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat().join(" ")).join(", ")}`);
}
