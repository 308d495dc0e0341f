"""The evaluation of a run once more, with an approved version beside it."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from made_evaluations import ARN

from ml_pipelines.local_jobs import LocalJob, run

EVALUATED = Path("processing", "evaluation")


def archive(model: Path, folder: Path) -> Path:
    """A model as a version has it."""
    folder.mkdir()
    with tarfile.open(folder / "model.tar.gz", "w:gz") as packed:
        packed.add(model, arcname=".")
    return folder / "model.tar.gz"


def evaluated_again(
    run_folder: Path,
    base_model: Path,
    approved: Path,
    folder: Path,
    *,
    arguments: tuple[str, ...],
    sha256: str = "",
) -> dict[str, Any]:
    """`evaluation.json` of an evaluation that compares.

    Args:
        approved: the archive of the approved version.
        sha256: that was registered; that of the archive unless it is another.
    """
    parts = run_folder / "preprocess" / "opt" / "ml" / "processing"
    found = sha256 or hashlib.sha256(approved.read_bytes()).hexdigest()
    job = LocalJob(
        name="evaluate",
        script="evaluate.py",
        inputs={
            "model": run_folder / "model.tar.gz",
            "base_model": base_model,
            "approved": approved,
            **{name: parts / name for name in ("test", "facts")},
        },
        outputs=("evaluation",),
        arguments=(*arguments, "--approved-version", ARN, "--approved-sha256", found),
    )
    place = run(job, folder) / EVALUATED
    result: dict[str, Any] = json.loads((place / "evaluation.json").read_text())
    return result
