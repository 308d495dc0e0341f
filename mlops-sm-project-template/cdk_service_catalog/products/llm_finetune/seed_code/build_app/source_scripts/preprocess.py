"""Checks instruction data and splits it into rows to train on and rows to test with."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import facts
from container import numbered_lines, processing_input, processing_output, write_json_lines
from databases import schema_of
from declaration import Data, Declaration, declaration
from execution import Useless, check
from failures import ended
from queries import QueryFailed
from splits import enough, split_rows
from tasks import TEXT_TO_SQL

ENDINGS = (".json", ".jsonl")
REQUIRED = ("instruction", "response")
OPTIONAL = ("context", "rows")
SHOWN_PROBLEMS = 20

Row = dict[str, Any]


def read_rows(folder: Path, data: Data, *, queries: bool, slices: Sequence[str] = ()) -> list[Row]:
    """The rows of all JSON Lines files below a folder, in the order of their names.

    A row that asks what an earlier row asked is left out: in both parts of the split, it would make
    the score look better than the model is.

    Args:
        queries: each response is a query that must run on the tables of its context.
        slices: fields by whose values the model is judged on its own, too.

    Raises:
        SystemExit: there is no file, or lines are no rows; the message lists where and why.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)
    if not files:
        raise SystemExit(f"{folder} holds no file that ends in {' or '.join(ENDINGS)}")
    rows: dict[tuple[str, str], Row] = {}
    problems: list[str] = []
    for path in files:
        for number, line in numbered_lines(path):
            row, problem = _row(line, data, slices, queries=queries)
            if problem:
                problems.append(f"{path.name}:{number}: {problem}")
            else:
                rows.setdefault((row["instruction"], row["context"]), row)
    if problems:
        shown = "\n".join(problems[:SHOWN_PROBLEMS])
        raise SystemExit(f"{len(problems)} lines are not instruction data:\n{shown}")
    return list(rows.values())


def _row(line: str, data: Data, slices: Sequence[str], *, queries: bool) -> tuple[Row, str]:
    """A row and no problem, or an empty row and the problem."""
    try:
        content: Any = json.loads(line)
    except ValueError as error:
        return {}, f"no JSON ({error})"
    if not isinstance(content, dict):
        return {}, f"a JSON {type(content).__name__}, not an object"
    content = data.renamed(content)
    for name in REQUIRED:
        if not isinstance(content.get(name), str) or not content[name].strip():
            return {}, f"'{data.fields.get(name, name)}' is {content.get(name)!r}, not a text"
    for name in (*OPTIONAL, *filter(None, [data.group])):
        if not isinstance(content.get(name, ""), str):
            return {}, f"'{data.fields.get(name, name)}' is {content[name]!r}, not a text"
    row = {name: content.get(name, "") for name in (*REQUIRED, *OPTIONAL)}
    row["group"] = content.get(data.group, "") if data.group else row["context"]
    if queries:
        try:
            row |= {} if data.group else {"group": schema_of(row["context"])}
            check(row)
        except Useless as error:
            row["useless"] = str(error)
        except QueryFailed as error:
            return {}, f"its query does not run on the tables of its context: {error}"
    try:
        return row | {"slices": data.slices(content, slices, row["group"])}, ""
    except ValueError as error:
        return {}, str(error)


def parts(rows: Sequence[Row], found: Declaration) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows to test with.

    Raises:
        SystemExit: too few are left.
    """
    by_group = found.split.by == "group"
    groups = [row["group"] if by_group else str(number) for number, row in enumerate(rows)]
    train, test = split_rows(rows, groups, held_out_share=found.split.test, seed=found.split.seed)
    useless = [row for row in test if "useless" in row]
    for row in useless:
        print(f"not tested with: {row['instruction']}: {row['useless']}")
    test = [row for row in test if "useless" not in row]
    enough(test, found.gate.minimum_rows)
    return train, test


def main() -> None:
    """Read the input `data`; write the outputs `train`, `test` and `facts`."""
    found, data = declaration(), processing_input("data")
    of_queries, slices = found.task == TEXT_TO_SQL, found.gate.slices
    rows = read_rows(data, found.data, queries=of_queries, slices=slices)
    train, test = parts(rows, found)
    write_json_lines(processing_output("train") / "train.jsonl", train)
    write_json_lines(processing_output("test") / "test.jsonl", test)
    counts = {"train": len(train), "test": len(test)}
    facts.write(processing_output("facts"), data, counts)
    print(f"{len(train)} rows to train on, {len(test)} rows to test with")


if __name__ == "__main__":
    sys.exit(ended(main))
