"""Processing job around a batch transform: is the input the table, has every row a score?

--before: reads input, writes checked (what is scored) and identifiers (of which row).
--after: reads checked, identifiers and scores, writes scored (identifier and score) and report.
"""

import argparse
import csv
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from declaration import Declaration, declaration
from failures import ended, fail
from tables import BadData, texts, typed

import pandas as pd  # isort: skip

ENDINGS = (".csv", ".tsv", ".txt", ".data", *(f"{e}.gz" for e in (".csv", ".tsv", ".txt")))
"""Of text, in small or capital letters."""
PARQUET = ".parquet"
MARKS = ("_", ".")
"""How names begin of what programs leave beside data, such as `_SUCCESS` of Spark."""
REPORTED = 10
SCORE = "score"


def main() -> int:
    """Exit code 1 says which row of which file is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--before", action="store_true")
    when.add_argument("--after", action="store_true")
    arguments = parser.parse_args()
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    try:
        rows = (before if arguments.before else after)(base, declaration())
    except BadData as error:
        return fail(str(error))
    print(f"{rows} rows are as they should be")
    return 0


def before(base: Path, found: Declaration) -> int:
    """Check every file, and leave its features and, beside them, what names each row."""
    files = _files(base / "input")
    total = 0
    for file in files:
        name = _plain(file.relative_to(base / "input").as_posix())
        if (base / "checked" / name).exists():
            raise BadData(f"two files of the input would both be '{name}': rename one of them")
        rows = _rows(file, found)
        _write(base / "checked" / name, rows[list(found.table.features)].itertuples(index=False))
        identifier = found.table.identifier
        named = rows[identifier] if identifier in rows.columns else range(1, len(rows) + 1)
        _write(base / "identifiers" / name, ([value] for value in named))
        total += len(rows)
    return total


def after(base: Path, found: Declaration) -> int:
    """Compare the number of lines, look at every score, and put it beside its row's name."""
    checked = sorted((base / "checked").glob("*.csv"))
    if not checked:
        raise BadData(f"{base / 'checked'} holds no file")
    counted = {}
    for file in checked:
        scores = base / "scores" / f"{file.name}.out"
        if not scores.is_file():
            raise BadData(f"{file.name} has no scores: {scores.name} is missing")
        named, answered = _read(base / "identifiers" / file.name), _read(scores)
        if len(named) != len(answered):
            raise BadData(f"{scores.name}: {len(answered)} scores for {len(named)} rows")
        for number, (text, *_) in enumerate(answered, start=1):
            if not _is_score(text, found):
                raise BadData(f"{scores.name}, line {number}: '{text}' is no score")
        header = [found.table.identifier or "row", SCORE]
        pairs = ([name[0], score[0]] for name, score in zip(named, answered, strict=True))
        _write(base / "scored" / file.name, [header, *pairs])
        counted[file.name] = len(named)
    (base / "report").mkdir(parents=True, exist_ok=True)
    text = json.dumps({"scored_rows": counted}, indent=2, sort_keys=True)
    (base / "report" / "report.json").write_text(text + "\n", encoding="utf-8")
    return sum(counted.values())


def _files(folder: Path) -> list[Path]:
    """What is to be scored: every file, or none.

    Raises:
        BadData: there is none, or one that is no table; a part of a batch is never left out.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    marks = [file for file in files if file.name.startswith(MARKS)]
    if marks:
        print(f"not scored: {', '.join(file.name for file in marks[:REPORTED])}")
    files = [file for file in files if file not in marks]
    if unknown := [file for file in files if not _is_table(file.name)]:
        names = [file.relative_to(folder).as_posix() for file in unknown]
        more = f" and {len(names) - REPORTED} more" if len(names) > REPORTED else ""
        raise BadData(
            f"{', '.join(names[:REPORTED])}{more}: no table by the name, so nothing is scored; "
            f"allowed are {', '.join((*ENDINGS, PARQUET))}; take them away or name them so"
        )
    if not files:
        raise BadData(f"{folder} holds no file of a table: there is nothing to score")
    return files


def _is_table(name: str) -> bool:
    return name.lower().endswith(ENDINGS) or name.endswith(PARQUET)


def _plain(place: str) -> str:
    """The name of a file's scores: one folder, and CSV whatever the file is."""
    name = place.replace("/", "__")
    return name if name.endswith(".csv") else f"{name}.csv"


def _rows(file: Path, found: Declaration) -> pd.DataFrame:
    """The texts of a file, when each is of its type and on one line."""
    rows = texts(file, found.table, labelled=False)
    typed(rows, found.table, file.name)
    for name in found.table.features:
        if rows[name].str.contains("[\r\n]").any():
            place = int(rows[name].str.contains("[\r\n]").to_numpy().argmax()) + 1
            raise BadData(f"{file.name}, row {place}: {name} has a line break; a row is one line")
    return rows


def _write(file: Path, rows: Iterable[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)


def _read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as source:
        return [row for row in csv.reader(source) if row]


def _is_score(text: str, found: Declaration) -> bool:
    if found.task == "multiclass":
        return bool(text.strip())
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(ended(main))
