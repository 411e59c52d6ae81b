"""Whether occuform convert and programs in JavaScript, jq and pandas give the same cells: python agree.py OCCUFORM
[GUIDE]. They are our own, of which jq and pandas take part where they are installed, and where GUIDE names the Coding
Service's guide as text, also the scripts in it. All but JavaScript get no lines with error: the guide's fail on them."""

import csv
import importlib.util
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import guide

HERE = pathlib.Path(__file__).resolve().parent
SPECIAL = """\
{"recordId": "0012", "codeStatus": "successful", "input": {"occp_text": "dev, senior", "tasks_text": ""}, \
"result": {"codeCategory": "261313", "codeLabel": "Software Engineer", "codeConfidence": 0.980}}
{"recordId": null, "codeStatus": "unsuccessful", "input": {"occp_text": "say \\"ambo\\"", "tasks_text": "a\\nb"}, \
"suggestions": [{"codeCategory": "411111", "codeLabel": "Ambulance Officer", "codeConfidence": 1e-7}]}
"""
ERROR = """\
{"recordId": "unknown", "codeStatus": "unsuccessful", "input": "no json", "error": "Invalid JSON data format."}
"""


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def same(ours, theirs, tolerance):
    if ours == theirs:
        return True
    try:
        return math.isclose(float(ours), float(theirs), rel_tol=0, abs_tol=tolerance)
    except ValueError:
        return False


def compare(name, ours, theirs, header=True, tolerance=0):
    """All cells, by the names of their columns where there is a header; a column of theirs that is not there is empty.
    `tolerance`: how much numbers may differ."""
    names, *ours = ours
    if header:
        found, *theirs = theirs
        assert set(found) <= set(names), f"{name}: columns {set(found) - set(names)}"
        places = [found.index(column) if column in found else None for column in names]
        theirs = [["" if place is None else row[place] for place in places] for row in theirs]
    assert len(ours) == len(theirs) > 0, f"{name}: {len(theirs)} rows, ours has {len(ours)}"
    for number, (our_row, their_row) in enumerate(zip(ours, theirs), 1):
        assert len(our_row) == len(their_row) == 17, f"{name}, row {number}: {len(their_row)} cells"
        for column, *cells in zip(names, our_row, their_row):
            assert same(*cells, tolerance), f"{name}, row {number}, {column}: {cells[1]!r}, ours is {cells[0]!r}"
    print(f"{name}: {len(ours)} rows, the same cells", flush=True)


def compare_guide(text, folder, all_lines, clean_lines):
    """The guide's scripts as they stand, in a folder of their own."""
    scripts = guide.scripts(text)
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    (folder / "guide.mjs").write_text(scripts["JavaScript"], encoding="utf-8")
    (folder / "guide.py").write_text(scripts["pandas"], encoding="utf-8")
    example, theirs = folder / "example.jsonl", folder / "example.csv"
    # Without its precise_float, pandas reads numbers to 15 decimal places.
    for name, command, (lines, ours), header, tolerance in [
        ("JavaScript", ["node", "guide.mjs"], all_lines, True, 0),
        ("jq", ["bash", "-o", "pipefail", "-c", scripts["jq"]], clean_lines, False, 0),
        ("pandas", [sys.executable, "guide.py"], clean_lines, True, 1e-14),
    ]:
        example.write_bytes(lines.read_bytes())
        subprocess.run(command, cwd=folder, check=True)
        compare(f"the guide's {name} script", ours, rows(theirs), header, tolerance)


def main():
    occuform = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        many = subprocess.run([sys.executable, HERE / "lines.py", "2000"], check=True, capture_output=True, text=True)
        for file, lines in [("all", SPECIAL + ERROR + many.stdout), ("clean", SPECIAL + many.stdout)]:
            (folder / f"{file}.jsonl").write_text(lines, encoding="utf-8")
            subprocess.run([occuform, "convert", folder / f"{file}.jsonl", "--to", "csv"], check=True, stdout=subprocess.DEVNULL)
        ours = {file: rows(folder / f"{file}.csv") for file in ["all", "clean"]}
        clean, theirs = folder / "clean.jsonl", folder / "theirs.csv"
        subprocess.run(["node", HERE / "convert.mjs", folder / "all.jsonl", theirs], check=True)
        compare("JavaScript", ours["all"], rows(theirs))
        if shutil.which("jq"):
            with open(theirs, "wb") as file:
                subprocess.run(["jq", "-r", "-f", HERE / "convert.jq", clean], check=True, stdout=file)
            compare("jq", ours["clean"], rows(theirs), header=False)
        if importlib.util.find_spec("pandas"):
            subprocess.run([sys.executable, HERE / "convert.py", clean, theirs], check=True)
            compare("pandas", ours["clean"], rows(theirs))
        if len(sys.argv) > 2:
            compare_guide(sys.argv[2], folder, (folder / "all.jsonl", ours["all"]), (clean, ours["clean"]))


main()
