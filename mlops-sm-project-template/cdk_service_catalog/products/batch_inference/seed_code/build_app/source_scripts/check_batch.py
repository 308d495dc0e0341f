"""Processing job around a batch transform: is the input a table, has every row a score?

--before: reads input, writes checked (features only). --after: reads checked and scores, writes report.
"""

import argparse
import json
import math
import os
import sys
from pathlib import Path

from tables import FEATURES, LABEL, BadData, typed

import pandas as pd  # isort: skip


def main() -> int:
    """Exit code 1 says which row of which file is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--before", action="store_true")
    when.add_argument("--after", action="store_true")
    arguments = parser.parse_args()
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    try:
        rows = before(base) if arguments.before else after(base)
    except BadData as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{rows} rows are as they should be")
    return 0


def before(base: Path) -> int:
    """Check every file and leave its features; a label in the last column is dropped."""
    files = sorted((base / "input").glob("*.csv"))
    if not files:
        raise BadData(f"{base / 'input'} holds no CSV file: there is nothing to score")
    (base / "checked").mkdir(parents=True, exist_ok=True)
    return sum(_check(file, base / "checked" / file.name) for file in files)


def after(base: Path) -> int:
    """Compare the number of lines and look at every score."""
    checked = sorted((base / "checked").glob("*.csv"))
    if not checked:
        raise BadData(f"{base / 'checked'} holds no CSV file")
    counted = {}
    for file in checked:
        scores = base / "scores" / f"{file.name}.out"
        if not scores.is_file():
            raise BadData(f"{file.name} has no scores: {scores.name} is missing")
        asked, answered = _lines(file), _lines(scores)
        if len(asked) != len(answered):
            raise BadData(f"{scores.name}: {len(answered)} scores for {len(asked)} rows")
        for number, text in enumerate(answered, start=1):
            if not _is_number(text):
                raise BadData(f"{scores.name}, line {number}: '{text}' is no score")
        counted[file.name] = len(asked)
    (base / "report").mkdir(parents=True, exist_ok=True)
    text = json.dumps({"scored_rows": counted}, indent=2, sort_keys=True)
    (base / "report" / "report.json").write_text(text + "\n", encoding="utf-8")
    return sum(counted.values())


def _check(file: Path, target: Path) -> int:
    rows = [line.split(",") for line in _lines(file)]
    allowed = (len(FEATURES), len(FEATURES) + 1)
    for number, row in enumerate(rows, start=1):
        if len(row) not in allowed:
            raise BadData(
                f"{file.name}, row {number}: {len(row)} values; {allowed[0]} features are needed "
                f"(and {LABEL} may follow)"
            )
    features = pd.DataFrame([row[: len(FEATURES)] for row in rows], columns=list(FEATURES))
    typed(features, file.name)
    target.write_text("".join(",".join(row[: len(FEATURES)]) + "\n" for row in rows))
    return len(rows)


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
