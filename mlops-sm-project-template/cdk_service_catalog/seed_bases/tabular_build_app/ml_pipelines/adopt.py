"""`python -m ml_pipelines.adopt FILE --label COLUMN`: make `project.yml` for a table of your own."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ml_pipelines import declared, file_formats
from ml_pipelines.file_formats import CannotAdopt, FileFormat
from ml_pipelines.proposals import Proposal, propose
from ml_pipelines.sources import DECLARATION, REPOSITORY

HEAD = """# yaml-language-server: $schema=project.schema.json
# What the model learns, from which table, and when it is good enough. Everything else follows from it.
"""


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY) -> int:
    """Propose, say why, write; exit code 1 says what cannot be adopted, and writes nothing."""
    given = _parser().parse_args(arguments)
    try:
        columns = given.columns.split(",") if given.columns else ()
        found = file_formats.look_at(given.file, columns, given.missing)
        proposal = propose(found, label=given.label, task=given.task, roles=_roles(given))
        text = HEAD + document(proposal, found, _place(given.file, root))
        if not given.dry_run:
            _write(given.file, found, text, root)
    except (CannotAdopt, declared.BadDeclaration) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _tell(proposal, found)
    if given.dry_run:
        print("\n" + text, end="")
        return 0
    print(
        f"\n{DECLARATION} is written; look at it, then:\n"
        "  python -m ml_pipelines.run_locally   # train and evaluate on this machine\n"
        "  python -m pytest                     # the tests that the build pipeline runs"
    )
    return 0


def document(proposal: Proposal, found: FileFormat, place: str) -> str:
    """The text of `project.yml` below its head."""
    data: dict[str, object] = {"file": place, "label": proposal.label}
    data |= {role: name for role, name in proposal.roles.items() if name}
    if proposal.ignored:
        data["ignored"] = list(proposal.ignored)
    data["columns"] = proposal.columns
    data |= found.options()
    content: dict[str, object] = {"data": data, "task": proposal.task}
    if proposal.positive:
        content["positive"] = proposal.positive
    content["split"] = {"by": proposal.split}
    content["gate"] = {"metric": proposal.metric, "better_than_baseline": 0.1}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _write(file: Path, found: FileFormat, text: str, root: Path) -> None:
    """The data, then the declaration; an unusable one leaves what was there."""
    target = root / _place(file, root)
    candidate = root / f".{DECLARATION}.new"
    fresh = not target.exists()
    try:
        found.copy(file, target)
        candidate.write_text(text, encoding="utf-8")
        declared.read(candidate)
        shutil.move(candidate, root / DECLARATION)
    except BaseException:
        candidate.unlink(missing_ok=True)
        if fresh:
            target.unlink(missing_ok=True)
        raise


def _place(file: Path, root: Path) -> str:
    data = (root / "data").resolve()
    resolved = file.resolve()
    within = resolved.is_relative_to(data)
    return f"data/{resolved.relative_to(data).as_posix() if within else file.name}"


def _roles(given: argparse.Namespace) -> dict[str, str]:
    roles = {role: getattr(given, role) for role in ("identifier", "group", "time")}
    return {
        **{role: name for role, name in roles.items() if name},
        **dict.fromkeys(given.ignore, ""),
    }


def _tell(proposal: Proposal, found: FileFormat) -> None:
    for line in found.notes:
        print(line)
    width = max(map(len, proposal.columns))
    for name, words in proposal.reasons.items():
        print(f"  {name:<{width}}  {proposal.columns[name]:<9} {words}")
    print(f"task: {proposal.task}, because {proposal.why}; measured by {proposal.metric}")


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
    parser.add_argument("--identifier", default="", help="names a row; no feature")
    parser.add_argument("--group", default="", help="rows of one value stay in one part")
    parser.add_argument("--time", default="", help="the latest rows are the test")
    parser.add_argument("--ignore", action="append", default=[], metavar="COLUMN")
    parser.add_argument(
        "--missing", action="append", default=[], metavar="TEXT", help="means nothing"
    )
    parser.add_argument("--columns", default="", help="names, a comma between: for no header")
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
