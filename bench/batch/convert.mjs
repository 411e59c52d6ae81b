// The conversion of occuform convert as a JavaScript program: node convert.mjs INPUT OUTPUT.
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

const [input, output] = process.argv.slice(2);
const code = (value) => [value?.codeCategory, value?.codeLabel, value?.codeConfidence];
const names = (prefix) => ["codeCategory", "codeLabel", "codeConfidence"].map((name) => `${prefix}.${name}`);

function quoted(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const file = createWriteStream(output);
const groups = ["result", "suggestions_1", "suggestions_2", "suggestions_3"].flatMap(names);
file.write(["recordId", "codeStatus", "error", "input.occp_text", "input.tasks_text", ...groups].join(",") + "\n");
for await (const line of createInterface({ input: createReadStream(input) })) {
  if (line.trim() === "") continue;
  const { recordId, codeStatus, error, input: sent, result, suggestions } = JSON.parse(line);
  const cells = [recordId, codeStatus, error, sent?.occp_text, sent?.tasks_text, ...code(result)];
  for (const place of [0, 1, 2]) cells.push(...code(suggestions?.[place]));
  if (!file.write(cells.map(quoted).join(",") + "\n")) await new Promise((resolve) => file.once("drain", resolve));
}
file.end();
