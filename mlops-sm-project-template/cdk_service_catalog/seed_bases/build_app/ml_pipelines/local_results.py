"""What a run on this machine was told, and what it leaves for people."""

import argparse
import json
import shutil
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml_pipelines.local_jobs import LocalJob
from ml_pipelines.sources import REPOSITORY

FOLDER = REPOSITORY / "local-run"
"""The results of the latest run; git ignores it."""
PAGE, CURVES = "report.html", "curves.json"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every local run has."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="chosen",
        metavar="NAME=VALUE",
        help="a hyperparameter, over that of project.yml; may be repeated",
    )
    parser.add_argument(
        "--keep", type=Path, help="keep everything there: data of each step, model, report"
    )
    parser.add_argument("--open", action="store_true", help="show the report in a browser")


def chosen(texts: Sequence[str], known: Sequence[str]) -> dict[str, object]:
    """The hyperparameters that were set; `_` and `-` are one in a name.

    Raises:
        ValueError: not NAME=VALUE, or a name that the training does not know.
    """
    names = {name.replace("_", "-"): name for name in known}
    found: dict[str, object] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not value:
            raise ValueError(f"--set {text}: not NAME=VALUE, such as {known[0]}=0.1")
        if name.replace("_", "-") not in names:
            raise ValueError(f"--set {text}: '{name}' is not known; allowed are {', '.join(known)}")
        found[names[name.replace("_", "-")]] = value
    return found


def with_hyperparameters(
    jobs: Sequence[LocalJob], values: Mapping[str, object]
) -> tuple[LocalJob, ...]:
    """The jobs, training ones with these over their own."""
    return tuple(
        replace(job, hyperparameters={**job.hyperparameters, **values}) if job.training else job
        for job in jobs
    )


def check_target(target: Path | None) -> None:
    """A folder for everything is new or empty: nothing of another run is mixed in.

    Raises:
        ValueError: something is there.
    """
    if target and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ValueError(f"--keep {target}: it is not empty; name another folder, or remove it")


def leave(folder: Path, evaluated: Path, given: argparse.Namespace) -> Path:
    """Keep the results of a run, say where its report is, and show it where that was asked.

    Args:
        folder: where the jobs ran.
        evaluated: what the last one has left.

    Returns:
        Where the results are now.
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(evaluated, FOLDER)
    if given.keep:
        shutil.copytree(folder, given.keep, dirs_exist_ok=True)
        print(f"kept: {given.keep}", file=sys.stderr)
    page = FOLDER / PAGE
    if page.is_file():
        print(f"report: {page}", file=sys.stderr)
        if given.open:
            webbrowser.open(page.as_uri())
    return FOLDER


def curves(folder: Path) -> dict[str, Any]:
    """The curves of a run's training, where it has left some."""
    file = folder / CURVES
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
