// In: a call a second, as the Coding Service allows. Out: an answer a moment later, or 429. It counts what it gave. A
// process of its own, so that it takes no time from whoever asks: "node upstream.mjs CALLS_PER_SECOND" says where it is.

import { createServer } from "node:http";

const pause = 1000 / Number(process.argv[2]);
const model = {
  modelId: "0b9d3f5e-0000-4000-8000-000000000001",
  modelVersion: 1,
  modelReleaseDate: "2026-01-01",
  modelType: "hsvm2",
  inputFormat: ["occp_text", "tasks_text"],
  topicStandard: "OSCA",
  topicVersion: "2024",
};
const result = [{ codeCategory: "381231", codeLabel: "Electrician (General)", codeConfidence: 0.75 }];
const coded = ({ recordId, ...input }) => ({ ...(recordId && { recordId }), codeStatus: "successful", input, result });
let last = -Infinity;

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const send = (status, answer) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    };
    if (request.url === "/oauth2/token") return send(200, { access_token: "the-token", expires_in: 3600 });
    const now = performance.now();
    if (now - last < pause) return send(429, { message: "Too Many Requests" });
    last = now;
    if (request.url.endsWith("/models/latest")) return send(200, model);
    const { record, records } = JSON.parse(body);
    send(200, records ? records.map(coded) : coded(record));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
