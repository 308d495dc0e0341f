"""Checks instruction data and splits it into rows to train on and rows to test with."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from container import processing_input, processing_output, write_json_lines
from failures import ended
from splits import split_rows

ENDINGS = (".json", ".jsonl")
REQUIRED = ("instruction", "response")
OPTIONAL = "context"
SHOWN_PROBLEMS = 20

Row = dict[str, str]


def read_rows(folder: Path) -> list[Row]:
    """The rows of all JSON Lines files below a folder, in the order of their names.

    A row that asks what an earlier row asked is left out: in both parts of the split, it would make
    the score look better than the model is.

    Raises:
        SystemExit: there is no file, or lines are no rows; the message lists where and why.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)
    if not files:
        raise SystemExit(f"{folder} holds no file that ends in {' or '.join(ENDINGS)}")
    rows: dict[tuple[str, str], Row] = {}
    problems: list[str] = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            row, problem = _row(line)
            if problem:
                problems.append(f"{path.name}:{number}: {problem}")
            else:
                rows.setdefault((row["instruction"], row[OPTIONAL]), row)
    if problems:
        shown = "\n".join(problems[:SHOWN_PROBLEMS])
        raise SystemExit(f"{len(problems)} lines are not instruction data:\n{shown}")
    return list(rows.values())


def _row(line: str) -> tuple[Row, str]:
    """A row and no problem, or an empty row and the problem."""
    try:
        content: Any = json.loads(line)
    except json.JSONDecodeError as error:
        return {}, f"no JSON ({error.msg})"
    if not isinstance(content, dict):
        return {}, f"a JSON {type(content).__name__}, not an object"
    for name in REQUIRED:
        if not isinstance(content.get(name), str) or not content[name].strip():
            return {}, f"'{name}' is {content.get(name)!r}, not a text"
    if not isinstance(content.get(OPTIONAL, ""), str):
        return {}, f"'{OPTIONAL}' is {content[OPTIONAL]!r}, not a text"
    return {name: content.get(name, "") for name in (*REQUIRED, OPTIONAL)}, ""


def main() -> None:
    """Read the input `data`; write the outputs `train` and `test`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test-share", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()

    rows = read_rows(processing_input("data"))
    train, test = split_rows(rows, held_out_share=arguments.test_share, seed=arguments.seed)
    write_json_lines(processing_output("train") / "train.jsonl", train)
    write_json_lines(processing_output("test") / "test.jsonl", test)
    print(f"{len(train)} rows to train on, {len(test)} rows to test with")


if __name__ == "__main__":
    sys.exit(ended(main))
