// axe finds nothing in any state of the question, light, dark or in forced colours; and nothing of it moves.
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { reach, STATES } from "../states.js";
import { QuestionPage } from "./question.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const [look, media] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "forced colours": { forcedColors: "active" },
})) {
  test.describe(look, () => {
    for (const state of Object.keys(STATES)) {
      test(state, async ({ page }) => {
        await page.emulateMedia(media);
        await reach(page, state);
        expect(await violations(page)).toEqual([]);
      });
    }

    test("the received page", async ({ page }) => {
      await page.emulateMedia(media);
      const question = new QuestionPage(page);
      await question.open();
      await question.submit();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test.describe("with less motion", () => {
  for (const state of ["waiting", "list", "confirmed", "withdrawn"]) {
    test(`nothing moves: ${state}`, async ({ page }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await reach(page, state);
      expect(await moving(page)).toEqual([]);
    });
  }
});

test("both fields are described by their hint and by the count as it stands", async ({ page }) => {
  const question = new QuestionPage(page);
  await question.open();
  await question.title.fill("barista");
  const count = "93 characters left for both answers together";
  await expect(question.title).toHaveAccessibleDescription(
    `Your own main job, for example: truck driver, aged care nurse, office manager ${count}`,
  );
  await expect(question.tasks).toHaveAccessibleDescription(`For example: driving a tip truck on a mine site ${count}`);
  await question.answer("barista", "x".repeat(94));
  await expect(question.title).toHaveAccessibleDescription(/\. 1 character too many$/);
});

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

/** What of the question is animated, or changes its look little by little. */
function moving(page) {
  return page.evaluate(() => {
    const { shadowRoot } = document.querySelector("occupation-coder");
    const moves = (element, part) => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element, part);
      const isAnimated = animationName !== "none" && animationDuration !== "0s";
      return isAnimated || transitionDuration !== "0s" || scrollBehavior !== "auto";
    };
    const elements = [...shadowRoot.querySelectorAll("*")];
    return elements
      .filter((element) => [null, "::before", "::after"].some((part) => moves(element, part)))
      .map(({ className }) => className);
  });
}
