"""Processing job: check the data and split it as `project.yml` says; nothing is fitted here.

Reads /opt/ml/processing/input, writes train, validation and test beside it, with a header,
and `facts`: what is known of the data, and rows to try a deployment with.
"""

import os
import sys
from pathlib import Path

import copies
import facts
import pandas as pd
import samples
from declaration import Declaration, declaration
from failures import ended, fail
from splits import split
from tables import BadData, check_complete, read_folder

MINIMUM_ROWS = 20
"""Enough for each part to have rows; a metric measured on so few says nothing yet."""


def main() -> int:
    """Split what is in the input folder; exit code 1 says what is wrong with it."""
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    found = declaration()
    try:
        parts = split(checked(read_folder(base / "input", found.table), found), found)
    except BadData as error:
        return fail(str(error))
    for name, part in parts.items():
        (base / name).mkdir(parents=True, exist_ok=True)
        part.to_csv(base / name / f"{name}.csv", index=False)
        print(f"{name}: {len(part)} rows")
    facts.write(base / "facts", base / "input", {name: len(part) for name, part in parts.items()})
    samples.keep(base / "facts", base / "input", parts["test"], found)
    return 0


def checked(rows: pd.DataFrame, found: Declaration) -> pd.DataFrame:
    """The rows, when something can be learnt from them.

    Raises:
        BadData: labels are missing, there are too few rows, the classes are not as declared, or rows
            are copies of others under other names.
    """
    check_complete(rows, found.table.label)
    if len(rows) < MINIMUM_ROWS:
        raise BadData(f"the data has {len(rows)} rows, {MINIMUM_ROWS} are needed")
    if found.task != "regression":
        _check_classes(rows, found)
    copies.check(rows, found)
    return rows


def _check_classes(rows: pd.DataFrame, found: Declaration) -> None:
    from models import text

    names = sorted({text(value) for value in rows[found.table.label]})
    if found.task == "binary" and len(names) != 2:
        raise BadData(f"a binary task has two classes, {found.table.label} has {len(names)}")
    if found.task == "binary" and found.positive not in names:
        raise BadData(f"the positive class '{found.positive}' is not one of {', '.join(names)}")
    if len(names) < 2:
        raise BadData(f"{found.table.label} is '{names[0]}' in every row: nothing is to be learnt")


if __name__ == "__main__":
    sys.exit(ended(main))
