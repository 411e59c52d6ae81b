"""Whether occuform convert and our own programs in JavaScript, jq and pandas give the same cells:
python agree.py OCCUFORM. jq and pandas take part where they are installed, and get no lines with error."""

import csv
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SPECIAL = """\
{"recordId": "0012", "codeStatus": "successful", "input": {"occp_text": "dev, senior", "tasks_text": ""}, \
"result": {"codeCategory": "261313", "codeLabel": "Software Engineer", "codeConfidence": 0.980}}
{"recordId": null, "codeStatus": "unsuccessful", "input": {"occp_text": "say \\"ambo\\"", "tasks_text": "a\\nb"}, \
"suggestions": [{"codeCategory": "411111", "codeLabel": "Ambulance Officer", "codeConfidence": 1e-7}]}
"""
ERROR = """\
{"recordId": "unknown", "codeStatus": "unsuccessful", "input": "no json", "error": "Invalid JSON data format."}
"""


def table(path, header=True):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[1:] if header else rows


def same(ours, theirs):
    if ours == theirs:
        return True
    try:
        return float(ours) == float(theirs)
    except ValueError:
        return False


def compare(name, ours, theirs):
    assert len(ours) == len(theirs) > 0, f"{name}: {len(theirs)} rows, ours has {len(ours)}"
    for number, (our_row, their_row) in enumerate(zip(ours, theirs), 1):
        assert len(our_row) == len(their_row) == 17, f"{name}, row {number}: {len(their_row)} cells"
        for column, cells in enumerate(zip(our_row, their_row), 1):
            assert same(*cells), f"{name}, row {number}, column {column}: {cells[1]!r}, ours is {cells[0]!r}"
    print(f"{name}: {len(ours)} rows, the same cells")


def main():
    occuform = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        many = subprocess.run([sys.executable, HERE / "lines.py", "2000"], check=True, capture_output=True, text=True)
        for file, lines in [("all", SPECIAL + ERROR + many.stdout), ("clean", SPECIAL + many.stdout)]:
            (folder / f"{file}.jsonl").write_text(lines, encoding="utf-8")
            subprocess.run([occuform, "convert", folder / f"{file}.jsonl", "--to", "csv"], check=True, stdout=subprocess.DEVNULL)
        ours = {file: table(folder / f"{file}.csv") for file in ["all", "clean"]}
        clean, theirs = folder / "clean.jsonl", folder / "theirs.csv"
        subprocess.run(["node", HERE / "convert.mjs", folder / "all.jsonl", theirs], check=True)
        compare("JavaScript", ours["all"], table(theirs))
        if subprocess.run(["sh", "-c", "command -v jq"], capture_output=True).returncode == 0:
            with open(theirs, "wb") as file:
                subprocess.run(["jq", "-r", "-f", HERE / "convert.jq", clean], check=True, stdout=file)
            compare("jq", ours["clean"], table(theirs, header=False))
        if subprocess.run([sys.executable, "-c", "import pandas"], capture_output=True).returncode == 0:
            subprocess.run([sys.executable, HERE / "convert.py", clean, theirs], check=True)
            compare("pandas", ours["clean"], table(theirs))


main()
