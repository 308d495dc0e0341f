"""Processing jobs around a batch transform: is the input the table, has every row a score?

before: reads input, and of what no run has scored yet writes checked (what is scored), identifiers
(of which row) and plan (of which file).
after: reads checked, identifiers, plan and scores, writes scored (identifier and score), report and
marks.
mark: reads marks and writes them again, below the input: what came before is then in S3, all of it.
"""

import argparse
import csv
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import scored_marks
from declaration import Declaration, declaration
from failures import ended, fail, leave
from tables import BadData, texts, typed

import pandas as pd  # isort: skip

ENDINGS = (".csv", ".tsv", ".txt", ".data", *(f"{e}.gz" for e in (".csv", ".tsv", ".txt")))
"""Of text, in small or capital letters."""
PARQUET = ".parquet"
MARKS = ("_", ".")
"""How names begin of what programs leave beside data, such as `_SUCCESS` of Spark."""
REPORTED = 10
ROW, SCORE = "row", "score"
AGAIN = ("no", "yes")
UTC = timezone.utc  # noqa: UP017 - the image for XGBoost has Python 3.10


def main() -> int:
    """Exit code 1 says which row of which file is wrong."""
    arguments = _arguments()
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    try:
        told = arguments.work(base, arguments)
    except BadData as error:
        return fail(str(error))
    print(told)
    leave(told)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    jobs = parser.add_subparsers(required=True)
    for name, work, options in (
        ("before", before, ("--input-uri", "--bucket", "--again")),
        ("after", after, ("--execution", "--version")),
        ("mark", mark, ()),
    ):
        job = jobs.add_parser(name)
        job.set_defaults(work=work)
        for option in options:
            job.add_argument(option, required=True)
    return parser.parse_args()


def before(base: Path, arguments: argparse.Namespace) -> str:
    """Check each file that is new, and leave its features and, beside them, what names each row."""
    _check_place(arguments.input_uri, arguments.bucket)
    if arguments.again not in AGAIN:
        raise BadData(f"ScoreAgain is '{arguments.again}'; allowed are {' and '.join(AGAIN)}")
    files = sorted(file for file in (base / "input").rglob("*") if file.is_file())
    known = scored_marks.read(base / "input", files)
    tables = _tables(base / "input", files, empty=bool(known))
    new = []
    for file in tables:
        path, digest = file.relative_to(base / "input").as_posix(), scored_marks.digest(file)
        if arguments.again == "yes" or (path, digest) not in known:
            new.append({"path": path, "sha256": digest, **_checked(base, file, path)})
    _leave_json(base / "plan" / "files.json", new)
    # The condition of the pipeline reads it; SageMaker bounds the size of such a file.
    _leave_json(
        base / "plan" / "plan.json", {"new": len(new), "scored_before": len(tables) - len(new)}
    )
    if not new:
        return f"nothing new: {len(tables)} files, all of them scored before; nothing is scored now"
    rows = sum(row["rows"] for row in new)
    return f"{len(new)} of {len(tables)} files are new; their {rows} rows are as they should be"


def _checked(base: Path, file: Path, path: str) -> dict[str, Any]:
    """Leave what is scored of a file; its name there, and how many rows it has."""
    found = declaration()
    name = _plain(path)
    if (base / "checked" / name).exists():
        raise BadData(f"two files of the input would both be '{name}': rename one of them")
    rows = _rows(file, found)
    _write(base / "checked" / name, rows[list(found.table.features)].itertuples(index=False))
    identifier = found.table.identifier
    is_named = identifier in rows.columns  # else the file has no names of columns
    named = rows[identifier] if is_named else range(1, len(rows) + 1)
    header = [identifier if is_named else ROW]
    _write(base / "identifiers" / name, [header, *([value] for value in named)])
    return {"name": name, "rows": len(rows)}


def after(base: Path, arguments: argparse.Namespace) -> str:
    """Compare the number of lines, look at every score, and put it beside its row's name."""
    found = declaration()
    plan = json.loads((base / "plan" / "files.json").read_text(encoding="utf-8"))
    if not plan:
        raise BadData(f"{base / 'plan'} names no file")
    counted = {row["name"]: _compared(base, row["name"], found) for row in plan}
    _leave_json(base / "report" / "report.json", {"scored_rows": counted})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    how = {"execution": arguments.execution, "version": arguments.version, "scored_at": now}
    scored_marks.write(base / "marks", ({**row, **how} for row in plan))
    return f"{sum(counted.values())} rows are as they should be"


def _compared(base: Path, name: str, found: Declaration) -> int:
    """How many rows of a file have a score."""
    scores = base / "scores" / f"{name}.out"
    if not scores.is_file():
        raise BadData(f"{name} has no scores: {scores.name} is missing")
    (column, *_), *named = _read(base / "identifiers" / name)
    answered = _read(scores)
    if len(named) != len(answered):
        raise BadData(f"{scores.name}: {len(answered)} scores for {len(named)} rows")
    for number, (text, *_) in enumerate(answered, start=1):
        if not _is_score(text, found):
            raise BadData(f"{scores.name}, line {number}: '{text}' is no score")
    pairs = ([name[0], score[0]] for name, score in zip(named, answered, strict=True))
    _write(base / "scored" / name, [[column, SCORE], *pairs])
    return len(named)


def mark(base: Path, _: argparse.Namespace) -> str:
    """Hand the marks on, all of them."""
    files = [file for file in (base / "found").rglob("*.json") if file.is_file()]
    scored_marks.write(
        base / "marks", [json.loads(file.read_text(encoding="utf-8")) for file in files]
    )
    return f"{len(files)} files count as scored"


def _check_place(uri: str, bucket: str) -> None:
    """Refuse an input below which no mark could be written, or beside which others lie.

    S3 takes `input` for the beginning of keys, of `input-of-others/x.csv` too (S3 API Reference,
    ListObjectsV2, prefix), and `input//x.csv` for another key than `input/x.csv`.
    """
    start, rest = f"s3://{bucket}/", uri.partition("//")[2].partition("/")[2]
    if uri.startswith(start) and re.fullmatch(r"([^/]+/)+", rest):
        return
    folder = re.sub("/+", "/", rest).strip("/") or "input"
    raise BadData(
        f"InputDataUri is '{uri}'; allowed is a folder of the bucket of this stage, "
        f"{start}FOLDER/ with one slash at the end and between names; start the run with "
        f"{start}{folder}/"
    )


def _tables(folder: Path, files: Sequence[Path], *, empty: bool) -> list[Path]:
    """What is to be scored: every file, or none.

    Args:
        empty: there may be none.

    Raises:
        BadData: there is none, or one that is no table; a part of a batch is never left out.
    """
    files = [file for file in files if not scored_marks.is_below(file, folder)]
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
    if not files and not empty:
        raise BadData(f"{folder} holds no file of a table: there is nothing to score")
    return files


def _is_table(name: str) -> bool:
    return name.lower().endswith(ENDINGS) or name.endswith(PARQUET)


def _plain(place: str) -> str:
    """The name of a file's scores: one folder, and CSV whatever the file is."""
    name = place.replace("/", "__")
    return name if name.endswith(".csv") else f"{name}.csv"


def _rows(file: Path, found: Declaration) -> pd.DataFrame:
    """The texts of a file, when each feature is of its type and on one line."""
    rows = texts(file, found.table, labelled=False)
    typed(rows[list(found.table.features)], found.table, file.name)
    for name in found.table.features:
        if rows[name].str.contains("[\r\n]").any():
            place = int(rows[name].str.contains("[\r\n]").to_numpy().argmax()) + 1
            raise BadData(f"{file.name}, row {place}: {name} has a line break; a row is one line")
    return rows


def _write(file: Path, rows: Iterable[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)


def _leave_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


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
