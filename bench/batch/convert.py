"""The conversion of occuform convert as a pandas program: python convert.py INPUT OUTPUT. Takes no lines with error."""

import sys

import pandas as pd

FIELDS = ["codeCategory", "codeLabel", "codeConfidence"]


def part(values, prefix):
    """A column of objects, some of them missing, as columns."""
    rows = [value if isinstance(value, dict) else {} for value in values]
    return pd.DataFrame(rows, columns=FIELDS).add_prefix(prefix)


source, target = sys.argv[1:]
lines = pd.read_json(source, lines=True, dtype=False, precise_float=True)
suggestions = [value if isinstance(value, list) else [] for value in lines.get("suggestions", [None] * len(lines))]
columns = [
    lines.reindex(columns=["recordId", "codeStatus", "error"]),
    pd.json_normalize(lines["input"].tolist()).reindex(columns=["occp_text", "tasks_text"]).add_prefix("input."),
    part(lines.get("result", [None] * len(lines)), "result."),
]
for place in range(3):
    here = [row[place] if place < len(row) else None for row in suggestions]
    columns.append(part(here, f"suggestions_{place + 1}."))
pd.concat(columns, axis=1).to_csv(target, index=False)
