// In: the folder of what is deployed. Out: the files of it that a first visit asks for.
import { readdirSync } from "node:fs";

export function firstVisit(dist) {
  const folder = readdirSync(dist).find((name) => name.startsWith("occuform-"));
  return ["occupation-coder.js", `${folder}/occuform_bg.wasm`];
}
