"""A job as a process on this machine, under the contract that SageMaker has with its containers."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml_pipelines import script_processes
from ml_pipelines.sources import REPOSITORY

CODE = REPOSITORY / "source_scripts"
ROOT = Path("opt", "ml")
"""Below the folder of a job."""


class JobFailed(Exception):
    """A script ended with an exit code that is not 0."""


@dataclass(frozen=True, kw_only=True)
class LocalJob:
    """A processing or training job.

    Attributes:
        script: the file in `source_scripts`.
        inputs: a folder or file for each input (of a training job: each channel); in the table
            of a `LocalPipeline` also the place of a job before.
        outputs: names of the folders that a processing job leaves.
        training: runs as a training job, which leaves a model.
    """

    name: str
    script: str
    inputs: Mapping[str, Path | str]
    outputs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    training: bool = False


def run(job: LocalJob, folder: Path) -> Path:
    """Run a job in a folder of its own and return its root, which stands for `/opt/ml`.

    Raises:
        JobFailed: the script failed; what it printed is in the message.
    """
    root = folder / job.name / ROOT
    base = root / ("input/data" if job.training else "processing")
    for name, source in job.inputs.items():
        _copy(Path(source), base / name)
    for name in ("model", *(f"processing/{output}" for output in job.outputs)):
        (root / name).mkdir(parents=True, exist_ok=True)
    environment = {"ML_ROOT": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    if job.training:
        _write_hyperparameters(job, root)
    done = script_processes.run(CODE / job.script, *job.arguments, cwd=root, env=environment)
    if done.returncode:
        raise JobFailed(f"{job.script} failed:\n{done.stdout}{done.stderr}")
    return root


def _write_hyperparameters(job: LocalJob, root: Path) -> None:
    """As SageMaker does; a script with an entry point of its own gets no variables SM_*.

    Source: SageMaker Developer Guide, "How Amazon SageMaker AI provides training information".
    """
    texts = {name: str(value) for name, value in job.hyperparameters.items()}
    config = root / "input" / "config" / "hyperparameters.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps(texts), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target / source.name)
