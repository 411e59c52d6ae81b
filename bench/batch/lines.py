"""Writes lines as the asynchronous service returns them: python lines.py NUMBER, to standard output."""

import json
import random
import sys

TITLES = ["software developer", "chef, pastry", 'nurse "in charge"', "truck driver", "sparky", "zzqxv"]
TASKS = ["writing code and unit tests", "baking", "", "carting grain to the silo", "wiring houses"]
CODES = [("261313", "Software Engineer"), ("351111", "Baker, Pastrycook"), ("2544", "Registered Nurses")]

draw = random.Random(1)


def code():
    category, label = draw.choice(CODES)
    return {"codeCategory": category, "codeLabel": label, "codeConfidence": draw.random()}


for number in range(int(sys.argv[1])):
    sent = {"occp_text": f"{draw.choice(TITLES)} {number}", "tasks_text": draw.choice(TASKS)}
    line = {"recordId": f"r{number:07}", "codeStatus": "successful", "input": sent}
    if draw.random() < 0.8:
        line["result"] = code()
    else:
        line["codeStatus"] = "unsuccessful"
        line["suggestions"] = [code() for _ in range(draw.randint(1, 3))]
    print(json.dumps(line))
