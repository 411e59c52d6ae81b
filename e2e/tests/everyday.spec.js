// Everyday jobs come out first, and gibberish does not come out at all: the model that is shipped, over the wire.
import { expect, test } from "@playwright/test";

const FIRST = [
  ["registered nurse", "", "2654"],
  ["software developer", "writing code and unit tests", "273333"],
  ["truck driver", "", "713131"],
  ["primary school teacher", "", "251231"],
  ["sparky", "wiring houses", "381231"],
  ["barista", "", "471231"],
  ["checkout chick", "", "611131"],
  ["chippy", "framing houses", "3721"],
  ["garbo", "emptying wheelie bins", "899935"],
  ["ambo", "", "269432"],
  ["mechanic", "", "351131"],
  ["police", "", "451331"],
  ["chef", "", "321131"],
];

for (const [title, tasks, code] of FIRST) {
  test(`${title} ${tasks}`, async ({ request }) => {
    const answer = await coded(request, title, tasks);
    expect(answer.codeStatus).toBe("successful");
    expect(answer.result[0].codeCategory).toMatch(new RegExp(`^${code}`));
  });
}

test("what follows a job that leaves no doubt is like it", async ({ request }) => {
  for (const [title, group] of [
    ["barista", "471"],
    ["sparky", "381"],
  ]) {
    const { result } = await coded(request, title, "", 4);
    const alike = result.filter(({ codeCategory }) => codeCategory.startsWith(group));
    expect([title, alike.length]).toEqual([title, 4]);
  }
});

test("gibberish gets no list", async ({ request }) => {
  for (const title of ["asdfghjkl", "qxzv wkjh", "zzzz xxxx", "lorem ipsum dolor", "!!! ???", "12345"]) {
    const answer = await coded(request, title, "");
    expect(answer, title).toMatchObject({ codeStatus: "unsuccessful", result: [] });
  }
});

test("what is no job gets no list", async ({ request }) => {
  for (const title of ["student", "Retired", "home duties", "volunteer", "n/a"]) {
    const answer = await coded(request, title, "");
    expect(answer, title).toMatchObject({ codeStatus: "unsuccessful", result: [] });
  }
});

async function coded(request, occp_text, tasks_text, numberOfSuggestions = 1) {
  const data = { record: { occp_text, tasks_text }, numberOfSuggestions };
  const response = await request.post("/v1/topics/osca/code", { data });
  expect(response.status()).toBe(200);
  return response.json();
}
