"""A job's container as a process: SageMaker's folders and variables below a root of its own."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

OPT_ML = "/opt/ml"
KEPT = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
LOG_CHARACTERS = 4000


class JobFailed(Exception):
    """A container ended with an exit code that is not 0; the message is the end of its log."""


def python() -> str:
    """The interpreter with the packages of the images that a project's jobs run in."""
    return os.environ["MINISTACK_SAGEMAKER_PYTHON"]


def inside(path: str, root: Path) -> Path:
    """A path of the container on this machine."""
    return Path(str(path).replace(OPT_ML, str(root), 1))


def environment(root: Path, **more: str) -> dict[str, str]:
    """What a container sees: no credentials, because jobs run in network isolation."""
    own = {name: os.environ[name] for name in KEPT if name in os.environ}
    # The first line of a program names `python3`, which in the image is the one with the packages.
    own["PATH"] = os.pathsep.join([str(Path(python()).parent), own.get("PATH", os.defpath)])
    folders = {"ML_ROOT": str(root), "HOME": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**own, "OMP_NUM_THREADS": "1", **folders, **more}


def run(
    entrypoint: Sequence[str],
    arguments: Sequence[object],
    root: Path,
    variables: Mapping[str, str],
) -> str:
    """Run a container's entry point to its end; what it printed.

    Raises:
        JobFailed: it failed.
    """
    program, *rest = [str(part).replace(OPT_ML, str(root)) for part in entrypoint]
    command = [python() if program.startswith("python") else program, *rest]
    done = subprocess.run(
        [*command, *[str(argument).replace(OPT_ML, str(root)) for argument in arguments]],
        cwd=root,
        env=environment(root, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        log = done.stdout[-LOG_CHARACTERS:]
        raise JobFailed(f"AlgorithmError: exit code {done.returncode}: {log}")
    return done.stdout


def training_variables(
    root: Path, channels: Sequence[str], hyperparameters: Mapping[str, str]
) -> dict[str, str]:
    """What a script is given (SageMaker training toolkit, ENVIRONMENT_VARIABLES)."""
    config = root / "input" / "config" / "hyperparameters.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps(hyperparameters), encoding="utf-8")
    folders = {f"SM_CHANNEL_{name.upper()}": str(root / "input/data" / name) for name in channels}
    return {
        **folders,
        "SM_MODEL_DIR": str(root / "model"),
        "SM_OUTPUT_DATA_DIR": str(root / "output" / "data"),
        "SM_HPS": json.dumps(hyperparameters),
    }
