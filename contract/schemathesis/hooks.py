"""What a schema cannot say: the texts of a record have 3 to 100 characters together, all printable ASCII. Texts that
schemathesis makes up are brought to that, so that most of its coding calls reach the coder."""

import schemathesis


TEXTS = ("occp_text", "tasks_text")


def printable(text):
    return "".join(character for character in text if " " <= character <= "~").strip()[:40]


def fitted(record):
    """The record with its texts in order, where all of them are texts."""
    if not isinstance(record, dict) or not all(isinstance(record.get(name, ""), str) for name in TEXTS):
        return record
    texts = {name: printable(record[name]) for name in TEXTS if name in record}
    if sum(map(len, texts.values())) < 3:
        texts["occp_text"] = "nurse"
    return {**record, **texts}


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("records"), list):
        return {**body, "records": [fitted(record) for record in body["records"]]}
    if isinstance(body, dict) and "record" in body:
        return {**body, "record": fitted(body["record"])}
    return body
