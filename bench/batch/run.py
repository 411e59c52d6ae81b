"""Time and peak memory of converting the asynchronous service's output, beside others in the same run:
python run.py OCCUFORM [LINES [GUIDE]]. GUIDE is the Coding Service's guide as text: its own Python and jq scripts are
taken out of it and measured too."""

import os
import pathlib
import subprocess
import sys
import time

import guide

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path("target/bench/batch").resolve()


def measured(command, shell=False):
    """Seconds and peak resident megabytes of a command, None where it failed."""
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=FOLDER, shell=shell, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    return (time.monotonic() - began, usage.ru_maxrss / 1000) if status == 0 else None


def main():
    occuform = pathlib.Path(sys.argv[1]).resolve()
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "example.jsonl", "wb") as file:
        subprocess.run([sys.executable, HERE / "lines.py", str(lines)], check=True, stdout=file)
    ours = [occuform, "convert", "example.jsonl", "--output", "ours.csv", "--force"]
    runs = [
        ("occuform convert", ours, False),
        ("our jq program", f"jq -r -f {HERE}/convert.jq example.jsonl > jq.csv", True),
        ("our JavaScript program", ["node", HERE / "convert.mjs", "example.jsonl", "node.csv"], False),
        ("our pandas program", [sys.executable, HERE / "convert.py", "example.jsonl", "pandas.csv"], False),
    ]
    if len(sys.argv) > 3:
        scripts = guide.scripts(sys.argv[3])
        (FOLDER / "guide.py").write_text(scripts["pandas"], encoding="utf-8")
        runs += [
            ("the guide's jq script", scripts["jq"], True),
            ("the guide's pandas script", [sys.executable, "guide.py"], False),
        ]
    print(f"{lines:,} lines, {os.cpu_count()} cores\n\n| | seconds | ratio | peak MB | ratio |\n|---|---|---|---|---|")
    first = None
    for name, command, shell in runs:
        result = measured(command, shell)
        first = first or result
        if result is None:
            print(f"| {name} | failed | | | |", flush=True)
            continue
        (seconds, memory), (our_seconds, our_memory) = result, first
        print(
            f"| {name} | {seconds:.2f} | {seconds / our_seconds:.1f}x | {memory:.0f} | {memory / our_memory:.1f}x |",
            flush=True,
        )


main()
