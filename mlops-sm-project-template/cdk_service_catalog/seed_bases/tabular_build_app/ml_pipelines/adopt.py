"""`python -m ml_pipelines.adopt FILE --label COLUMN`: make `project.yml` for a table of your own."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ml_pipelines import declared, file_formats, kept, number_styles
from ml_pipelines.file_formats import CannotAdopt, FileFormat
from ml_pipelines.hints import hints
from ml_pipelines.proposals import Proposal, Said, propose, values
from ml_pipelines.sources import DECLARATION, REPOSITORY

HEAD = """# yaml-language-server: $schema=project.schema.json
# What the model learns, from which table, and when it is good enough. Everything else follows from it.
"""


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY) -> int:
    """Propose, say why, write; exit code 1 says what cannot be adopted, and writes nothing."""
    given = _parser().parse_args(arguments)
    try:
        adopted = _adopted(given, root)
        _tell(adopted)
        if given.dry_run:
            print("\n" + adopted.text, end="")
        _check(adopted)
        if given.dry_run:
            return 0
        _write(adopted, root)
    except (CannotAdopt, declared.BadDeclaration) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"\n{DECLARATION} is written; look at it, then:\n"
        "  python -m ml_pipelines.run_locally   # train and evaluate on this machine\n"
        "  python -m pytest                     # the tests that the build pipeline runs"
    )
    return 0


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What is to be written.

    Attributes:
        text: of the declaration.
        changes: what it says otherwise than the one that is there.
    """

    found: FileFormat
    proposal: Proposal
    place: str
    data: bytes
    text: str
    changes: list[str]


def document(proposal: Proposal, found: FileFormat, place: str) -> dict[str, Any]:
    """What `project.yml` says of a table."""
    data: dict[str, object] = {"file": place, "label": proposal.label}
    data |= {role: name for role, name in proposal.roles.items() if name}
    if proposal.ignored:
        data["ignored"] = list(proposal.ignored)
    data["columns"] = proposal.columns
    data |= found.options()
    if proposal.dates:
        data["dates"] = proposal.dates
    content: dict[str, Any] = {"data": data, "task": proposal.task}
    if proposal.positive:
        content["positive"] = proposal.positive
    content["split"] = {"by": proposal.split}
    content["gate"] = {"metric": proposal.metric, "better_than_baseline": 0.1}
    return content


def _adopted(given: argparse.Namespace, root: Path) -> Adopted:
    """Look at the file, and at what is there already.

    Raises:
        CannotAdopt: it is no table, or would replace what somebody has declared.
    """
    columns = given.columns.split(",") if given.columns else ()
    found = file_formats.look_at(given.file, columns, given.missing, given.not_missing)
    said = _said(given)
    number_styles.find(found, (*said.ignored, *said.categories), given.decimal)
    proposal = propose(found, label=given.label, task=given.task, said=said)
    place, data = _place(given.file, root), found.content(given.file)
    before, changes = _before(root / DECLARATION)
    classes = {*values(found, given.label)}
    content = kept.merged(document(proposal, found, place), before, classes)
    _keep_positive(proposal, content, given.positive)
    text = HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    if before and not kept.is_example(before):
        others = kept.changes(before, content)
        changes += others
        # With its comments.
        text = text if others else (root / DECLARATION).read_text(encoding="utf-8-sig")
    target = root / place
    if target.is_file() and target.read_bytes() != data:
        changes.append(f"{place}: the file of this name has another content")
    if changes and not given.replace and not given.dry_run:
        lines = "".join(f"\n  {line}" for line in changes)
        raise CannotAdopt(
            f"this would change what is there already:{lines}\nSay --replace to change it, and see "
            f"git diff afterwards; comments in {DECLARATION} are not kept"
        )
    return Adopted(
        found=found, proposal=proposal, place=place, data=data, text=text, changes=changes
    )


def _keep_positive(proposal: Proposal, content: dict[str, Any], said: str) -> None:
    """What was declared before stays, unless somebody says otherwise now."""
    if said:
        content["positive"] = said
    elif content.get("positive", "") != proposal.positive:
        proposal.positive, proposal.positive_why = content["positive"], "as declared before"


def _before(file: Path) -> tuple[kept.Content, list[str]]:
    try:
        return kept.declared_before(file), []
    except ValueError as error:
        return {}, [str(error)]


def _check(adopted: Adopted) -> None:
    """Read the declaration as it would be, beside its data.

    Raises:
        BadDeclaration: it cannot be used; the message names its lines.
    """
    with tempfile.TemporaryDirectory(prefix="adopt-") as folder:
        place = Path(folder, adopted.place)
        place.parent.mkdir(parents=True)
        place.touch()
        candidate = Path(folder, DECLARATION)
        candidate.write_text(adopted.text, encoding="utf-8", newline="\n")
        declared.read(candidate)


def _write(adopted: Adopted, root: Path) -> None:
    """The data, then the declaration; what breaks leaves what was there."""
    target = root / adopted.place
    candidate = root / f".{DECLARATION}.new"
    was = target.read_bytes() if target.is_file() else None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(adopted.data)
        candidate.write_text(adopted.text, encoding="utf-8", newline="\n")
        candidate.replace(root / DECLARATION)
    except BaseException:
        candidate.unlink(missing_ok=True)
        if was is None:
            target.unlink(missing_ok=True)
        else:
            target.write_bytes(was)
        raise


def _place(file: Path, root: Path) -> str:
    data = (root / "data").resolve()
    resolved = file.resolve()
    within = resolved.is_relative_to(data)
    return f"data/{resolved.relative_to(data).as_posix() if within else file.name}"


def _said(given: argparse.Namespace) -> Said:
    """What the options say of columns.

    Raises:
        CannotAdopt: a date without its form.
    """
    roles = {role: getattr(given, role) for role in ("identifier", "group", "time")}
    dates = dict(each.rpartition("=")[::2] for each in given.date)
    if "" in dates:
        raise CannotAdopt(f"--date is '{dates['']}', it needs a column and a form: when=%d.%m.%Y")
    return Said(
        roles={role: name for role, name in roles.items() if name},
        ignored=given.ignore,
        categories=given.category,
        features=given.feature,
        dates=dates,
        positive=given.positive,
    )


def _tell(adopted: Adopted) -> None:
    proposal = adopted.proposal
    for line in adopted.found.notes:
        print(line)
    width = max(map(len, proposal.columns))
    for name, words in proposal.reasons.items():
        print(f"  {name:<{width}}  {proposal.columns[name]:<9} {words}")
    print(f"task: {proposal.task}, because {proposal.why}; measured by {proposal.metric}")
    if proposal.positive:
        why = f"{proposal.positive_why}; another one: --positive CLASS"
        print(f"positive: '{proposal.positive}', whose probability is predicted ({why})")
    for line in hints(adopted.found, proposal):
        print(f"question: {line}")
    for line in adopted.changes:
        print(f"changes: {line}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ml_pipelines.adopt",
        description="Looks at a table, proposes what the model learns from it, says why, and "
        f"writes {DECLARATION}. The file is copied to data/.",
        epilog="example: python -m ml_pipelines.adopt ~/customers.csv --label churned --ignore name",
    )
    parser.add_argument("file", type=Path, help="CSV (also .gz) or Parquet, with a header")
    parser.add_argument("--label", required=True, help="the column that the model predicts")
    parser.add_argument("--task", choices=sorted(declared.METRICS), help="otherwise by the label")
    parser.add_argument(
        "--positive", default="", metavar="CLASS", help="of two: whose probability is predicted"
    )
    parser.add_argument("--identifier", default="", help="names a row; no feature")
    parser.add_argument("--group", default="", help="rows of one value stay in one part")
    parser.add_argument("--time", default="", help="the latest rows are the test")
    columns: dict[str, Any] = {"action": "append", "default": [], "metavar": "COLUMN"}
    parser.add_argument("--ignore", **columns, help="is there and not used")
    parser.add_argument("--category", **columns, help="holds names, though they look like numbers")
    parser.add_argument("--feature", **columns, help="is learnt from, though it names its row")
    parser.add_argument(
        "--date",
        action="append",
        default=[],
        metavar="COLUMN=FORM",
        help="how dates are written: when=%%d.%%m.%%Y",
    )
    parser.add_argument("--decimal", choices=(".", ","), default="", help="stands before decimals")
    parser.add_argument(
        "--missing", action="append", default=[], metavar="TEXT", help="means nothing"
    )
    parser.add_argument(
        "--not-missing", action="append", default=[], metavar="TEXT", help="is a value: NA"
    )
    parser.add_argument("--columns", default="", help="names, a comma between: for no header")
    parser.add_argument(
        "--replace", action="store_true", help=f"change {DECLARATION} and data that are there"
    )
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    return parser


def _ended() -> int:
    """The exit code, also where nobody reads to the end: `adopt | head`.

    Python says how: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(_ended())
