"""The conversion scripts of the Coding Service's guide, taken out of its text. They are not ours to copy."""

import pathlib
import re


def scripts(guide):
    """The guide's JavaScript, jq and pandas scripts, which read example.jsonl and write example.csv. The bash script is
    given as its jq program alone, without the header that it writes first."""
    blocks = re.findall(r"```\n(.*?)```", pathlib.Path(guide).read_text(encoding="utf-8"), re.S)

    def block(*parts):
        found = [block for block in blocks if all(part in block for part in parts)]
        assert len(found) == 1, f"{guide} has {len(found)} scripts with {' and '.join(parts)}"
        return found[0]

    program = re.search(r"jq -r '\n(.*?)'", block("jq -s"), re.S).group(1)
    return {
        "JavaScript": block("csv-stringify/sync", "writeFileSync("),
        "jq": f"jq -s . example.jsonl | jq -r '{program}' > example.csv",
        "pandas": block("import pandas", "to_csv("),
    }
