// What anyone who speaks the Coding Service's API may rely on, after the examples of its guide. Run against any
// service with "./dev contract URL".

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { call, files, hasToken, pollPause, requestToken, strict, useToken } from "./service.mjs";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NOBODYS_GUID = "00000000-0000-0000-0000-000000000000";
const DENIED = "User is not authorized to access this resource with an explicit deny";
const CODE = "/v1/topics/osca/code";
const developer = { occp_text: "software developer", tasks_text: "writing code and unit tests" };

/** For what the guide leaves open and our own service decides. */
const decided = (name, body) => test(name, { skip: strict ? false : "left open by the guide" }, body);

let asked;
before(async () => {
  if (hasToken()) return;
  const response = await requestToken();
  asked = { status: response.status, body: await response.json() };
  assert.equal(asked.status, 200, `no token: ${JSON.stringify(asked.body)}`);
  useToken(asked.body.access_token);
});

function assertRefused(answer, status, message) {
  assert.equal(answer.status, status, answer.text);
  if (message instanceof RegExp) assert.match(answer.json.message, message);
  else assert.equal(answer.json.message, message);
  if (strict) assert.deepEqual(Object.keys(answer.json), ["message"]);
}

function assertModel(model, topic, version) {
  assert.match(model.modelId, GUID);
  assert.ok(Number.isInteger(model.modelVersion) && model.modelVersion >= 1);
  assert.ok(!Number.isNaN(Date.parse(model.modelReleaseDate)), model.modelReleaseDate);
  assert.equal(model.modelType, "hsvm2");
  assert.deepEqual(model.inputFormat, ["occp_text", "tasks_text"]);
  assert.ok(model.topicStandard.trim().startsWith(topic), model.topicStandard);
  assert.equal(model.topicVersion, version);
}

function assertSuggestions(suggestions, most) {
  assert.ok(suggestions.length >= 1 && suggestions.length <= most, JSON.stringify(suggestions));
  for (const { codeCategory, codeLabel, codeConfidence } of suggestions) {
    assert.match(codeCategory, /^[0-9]{1,6}$/);
    assert.ok(codeLabel.length > 0);
    assert.ok(codeConfidence >= 0 && codeConfidence <= 1);
  }
  const confidences = suggestions.map(({ codeConfidence }) => codeConfidence);
  assert.deepEqual(
    confidences,
    [...confidences].sort((a, b) => b - a),
    "best first",
  );
}

/** One record's answer, successful or not. */
function assertAnswer(answer, record, most) {
  const { recordId, ...input } = record;
  assert.equal(answer.recordId, recordId);
  assert.deepEqual(answer.input, input);
  assert.ok(["successful", "unsuccessful"].includes(answer.codeStatus), answer.codeStatus);
  if (answer.codeStatus === "successful") assertSuggestions(answer.result, most);
  else assert.deepEqual(answer.result, []);
}

test("a token is a text, and is valid for an hour", { skip: hasToken() && "a token was given" }, () => {
  assert.equal(typeof asked.body.access_token, "string");
  if (asked.body.expires_in !== undefined) assert.equal(asked.body.expires_in, 3600);
  if (asked.body.token_type !== undefined) assert.equal(asked.body.token_type, "Bearer");
});

test("topics are listed", async () => {
  const { status, json } = await call("GET", "/v1/topics");
  assert.equal(status, 200);
  const osca = json.find(({ uriName }) => uriName === "osca");
  assert.equal(osca.fullName, "OSCA - Occupation Standard Classification for Australia");
});

for (const [topic, standard, version] of [
  ["osca", "OSCA", "2024"],
  ["anzsco", "ANZSCO", "2022"],
]) {
  test(`models of ${topic} are listed, and the latest is the one with the highest version`, async () => {
    const models = await call("GET", `/v1/topics/${topic}/models`);
    assert.equal(models.status, 200);
    assert.ok(models.json.length >= 1);
    models.json.forEach((model) => assertModel(model, standard, version));
    const latest = await call("GET", `/v1/topics/${topic}/models/latest`);
    const highest = models.json.reduce((a, b) => (b.modelVersion > a.modelVersion ? b : a));
    assert.deepEqual(latest.json, highest);
  });
}

test("a topic describes its input format", async () => {
  const { status, json } = await call("GET", "/v1/topics/osca");
  assert.equal(status, 200);
  if (strict) assertModel(json, "OSCA", "2024");
});

test("a record with both fields is coded", async () => {
  const { status, json } = await call("POST", CODE, { body: { record: developer, numberOfSuggestions: 3 } });
  assert.equal(status, 200);
  assertAnswer(json, developer, 3);
  assert.equal(json.codeStatus, "successful");
  assert.match(json.result[0].codeLabel, /software|programmer|developer/i);
});

test("a record with one field is coded, and only that field is repeated", async () => {
  const record = { occp_text: "Software developer. Writes code, tests" };
  const { status, json } = await call("POST", CODE, { body: { record, numberOfSuggestions: 3 } });
  assert.equal(status, 200);
  assertAnswer(json, record, 3);
});

test("without a number of suggestions there are at most 16", async () => {
  const { status, json } = await call("POST", CODE, { body: { record: developer } });
  assert.equal(status, 200);
  assertAnswer(json, developer, 16);
});

test("a small batch is answered in its order, with the ids that were given", async () => {
  const records = [
    developer,
    { occp_text: "Paramedic, respond to emergencies" },
    { recordId: "1", occp_text: "Sales assistant" },
    { recordId: "1", tasks_text: "driving a bus along a fixed route" },
  ];
  const { status, json } = await call("POST", CODE, { body: { records, numberOfSuggestions: 3 } });
  assert.equal(status, 200);
  assert.equal(json.length, records.length);
  json.forEach((answer, index) => assertAnswer(answer, records[index], 3));
});

test("a small batch has at most 300 records", async () => {
  const records = (number) => Array.from({ length: number }, (_, id) => ({ recordId: String(id), occp_text: "nurse" }));
  const most = await call("POST", CODE, { body: { records: records(300), numberOfSuggestions: 1 } });
  assert.equal(most.status, 200);
  assert.deepEqual(
    most.json.map(({ recordId }) => recordId),
    records(300).map(({ recordId }) => recordId),
  );
  const more = await call("POST", CODE, { body: { records: records(301) } });
  const message = strict ? "Batch records exceeds length limit of 300" : /length limit of 300|Invalid request body/;
  assertRefused(more, 400, message);
});

test("a small batch has at least one record", async () => {
  assertRefused(await call("POST", CODE, { body: { records: [] } }), 400, "Batch input contained no records");
});

test("records outside 3 to 100 characters are named, and the whole batch fails", async () => {
  const records = [{ occp_text: "ab" }, developer, { occp_text: "a".repeat(60), tasks_text: "b".repeat(41) }];
  const answer = await call("POST", CODE, { body: { records } });
  assertRefused(answer, 400, /^There are record\(s\) outside the min or max char limit:/);
  assert.match(answer.json.message, /Record with index 0 has a total text length under 3 min/);
  assert.match(answer.json.message, /Record with index 2 has a total text length over 100 max/);
  assert.doesNotMatch(answer.json.message, /index 1/);
});

test("3 and 100 characters are enough and not too many", async () => {
  const records = [{ occp_text: "vet" }, { occp_text: "a".repeat(60), tasks_text: "b".repeat(40) }];
  assert.equal((await call("POST", CODE, { body: { records } })).status, 200);
});

test("a body that is not JSON is refused", async () => {
  assertRefused(await call("POST", CODE, { body: '{"record": ' }), 400, "Invalid request body");
});

test("a character outside printable ASCII is refused", async () => {
  const body = { record: { occp_text: "caf\u00e9 owner" } };
  assertRefused(await call("POST", CODE, { body }), 400, "Invalid request body");
});

test("a record whose fields are not the model's is refused", async () => {
  const body = { record: { title: "software developer" } };
  assertRefused(await call("POST", CODE, { body }), 400, "Malformed record found in request");
});

test("a topic that is not there is told", async () => {
  const message = "The specified topic does not exist";
  assertRefused(await call("GET", "/v1/topics/isco/models"), 404, message);
  assertRefused(await call("POST", "/v1/topics/isco/code", { body: { record: developer } }), 404, message);
});

test("a model that is named codes, one that is not there or is another topic's is told", async () => {
  const path = (topic, model) => `/v1/topics/${topic}/models/${model}/code`;
  const { modelId } = (await call("GET", "/v1/topics/osca/models/latest")).json;
  const body = { record: developer, numberOfSuggestions: 1 };
  const coded = await call("POST", path("osca", modelId), { body });
  assert.equal(coded.status, 200);
  assertAnswer(coded.json, developer, 1);
  const unknown = await call("POST", path("osca", NOBODYS_GUID), { body });
  assertRefused(unknown, 404, "The specified model does not exist");
  const other = await call("POST", path("anzsco", modelId), { body });
  assertRefused(other, 409, "Selected model does not match the input topic.");
});

test("without a valid token every call is denied", async () => {
  for (const authorization of ["", "not a token"]) {
    assertRefused(await call("GET", "/v1/topics", { headers: { authorization } }), 403, DENIED);
  }
});

test("security.txt tells a contact and until when it holds", async () => {
  const { status, headers, text } = await call("GET", "/v1/security.txt");
  assert.equal(status, 200);
  assert.match(headers.get("content-type"), /^text\/html/);
  assert.match(text, /contact:/i);
  assert.match(text, /expires: *\d{4}-\d{2}-\d{2}T/i);
});

decided("the number of suggestions is a whole number from 1 to 16", async () => {
  for (const numberOfSuggestions of [0, -1, 1.5, 17, "3", null]) {
    const answer = await call("POST", CODE, { body: { record: developer, numberOfSuggestions } });
    assertRefused(answer, 400, "Invalid request body");
  }
  const { status } = await call("POST", CODE, { body: { record: developer, numberOfSuggestions: 16 } });
  assert.equal(status, 200);
});

decided("paths are served without /v1 too, and a query string nowhere", async () => {
  assert.equal((await call("GET", "/topics")).status, 200);
  assertRefused(await call("GET", "/v1/topics?page=2"), 400, "Invalid request body");
});

decided("one record and several at once are refused, and so is none", async () => {
  const both = { record: developer, records: [developer] };
  assertRefused(await call("POST", CODE, { body: both }), 400, "Invalid request body");
  assertRefused(await call("POST", CODE, { body: {} }), 400, "Malformed record found in request");
});

test("a file is coded: create, upload, look, download", { skip: files ? false : "not asked for" }, async () => {
  const created = await call("POST", "/v1/topics/osca/batch-code", { body: "{}" });
  assert.equal(created.status, 200, created.text);
  const { requestUploadUrl, operationId, bucketKmsKeyArn } = created.json;
  assert.match(operationId, GUID);
  const path = `/v1/topics/osca/batch-code/operations/${operationId}`;
  assert.deepEqual((await call("GET", path)).json, { operationStatus: "awaiting_input" });
  const lines = [
    JSON.stringify({ recordId: "1", ...developer }),
    JSON.stringify({ recordId: "2", occp_text: "Brickie", tasks_text: "" }),
    "this is not json",
  ];
  const upload = await fetch(requestUploadUrl, {
    method: "PUT",
    headers: {
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": bucketKmsKeyArn,
    },
    body: lines.join("\n"),
  });
  assert.equal(upload.status, 200, await upload.text());
  let state;
  do {
    await new Promise((resolve) => setTimeout(resolve, pollPause));
    state = (await call("GET", path)).json;
    assert.ok(["in_progress", "complete"].includes(state.operationStatus), JSON.stringify(state));
  } while (state.operationStatus !== "complete");
  const download = await fetch(state.responseDownloadUrl);
  const text = await download.text();
  const output = text.trimEnd().split("\n").map(JSON.parse);
  assert.equal(output.length, lines.length);
  output.forEach(assertLine);
  await assertGoesOn(state.responseDownloadUrl, download.headers.get("etag"), text);
  assert.equal(output[0].recordId, "1");
  assert.equal(output[0].codeStatus, "successful");
  assertSuggestions([output[0].result], 1);
  assert.equal(output[1].recordId, "2");
  if (output[1].codeStatus === "unsuccessful") assertSuggestions(output[1].suggestions, 3);
  assert.deepEqual([output[2].recordId, output[2].codeStatus], ["unknown", "unsuccessful"]);
  assert.equal(output[2].input, lines[2]);
  assert.match(output[2].error, /invalid json/i);
  assert.equal((await fetch(state.metadataDownloadUrl)).status, 200);
});

/** What a table of the output has columns for: every line has the first ones, and one of the others. */
const CODE_FIELDS = ["codeCategory", "codeLabel", "codeConfidence"];
function assertLine(line) {
  const { recordId, codeStatus, input, ...came } = line;
  assert.equal(Object.keys(came).length, 1, JSON.stringify(line));
  assert.equal(typeof recordId, "string");
  if ("error" in came) {
    assert.deepEqual([codeStatus, typeof came.error], ["unsuccessful", "string"]);
    return;
  }
  assert.deepEqual(Object.keys(input).sort(), ["occp_text", "tasks_text"]);
  const codes = codeStatus === "successful" ? [came.result] : came.suggestions;
  for (const code of codes) assert.deepEqual(Object.keys(code).sort(), [...CODE_FIELDS].sort());
}

/** A download that was cut after a few bytes. */
async function assertGoesOn(url, etag, text) {
  assert.match(etag, /^"[^"]+"$/);
  const rest = await fetch(url, { headers: { range: "bytes=10-", "if-range": etag } });
  const { length } = Buffer.from(text);
  assert.equal(rest.status, 206);
  assert.equal(rest.headers.get("content-range"), `bytes 10-${length - 1}/${length}`);
  assert.equal(await rest.text(), Buffer.from(text).subarray(10).toString());
}

test("an operation that is not there is told", { skip: files ? false : "not asked for" }, async () => {
  const path = `/v1/topics/osca/batch-code/operations/${NOBODYS_GUID}`;
  assertRefused(await call("GET", path), 404, "Unable to retrieve operation for given id");
});

test("a link is refused where the key is not named or the link was changed", { skip: !strict || !files }, async () => {
  const { requestUploadUrl, bucketKmsKeyArn } = (await call("POST", "/v1/topics/osca/batch-code")).json;
  const headers = {
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": bucketKmsKeyArn,
  };
  const refused = async (url, headers) => {
    const answer = await fetch(url, { method: "PUT", headers, body: "{}" });
    return [answer.status, (await answer.text()).match(/<Code>(.*)<\/Code>/)[1]];
  };
  assert.deepEqual(await refused(requestUploadUrl, {}), [403, "AccessDenied"]);
  assert.deepEqual(await refused(requestUploadUrl.slice(0, -2), headers), [403, "SignatureDoesNotMatch"]);
});

test("a file without records fails with the guide's words", { skip: !strict || !files }, async () => {
  const { requestUploadUrl, operationId, bucketKmsKeyArn } = (await call("POST", "/v1/topics/osca/batch-code")).json;
  const headers = {
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": bucketKmsKeyArn,
  };
  assert.equal((await fetch(requestUploadUrl, { method: "PUT", headers, body: "" })).status, 200);
  let state;
  do {
    await new Promise((resolve) => setTimeout(resolve, pollPause));
    state = (await call("GET", `/v1/topics/osca/batch-code/operations/${operationId}`)).json;
  } while (state.operationStatus === "in_progress");
  assert.deepEqual(state, { operationStatus: "failed", error: "Batch input contained no records" });
});
