"""A job's container as a process: SageMaker's folders and variables below a root of its own."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ministack_aws.sagemaker import isolation

OPT_ML = "/opt/ml"
KEPT = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
LOG_CHARACTERS = 4000


class JobFailed(Exception):
    """A container could not be started, or ended with an exit code that is not 0.

    The message is what it has left.

    Attributes:
        log: all that it has printed.
    """

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


def python() -> str:
    """The interpreter with the packages of the images that a project's jobs run in."""
    return os.environ["MINISTACK_SAGEMAKER_PYTHON"]


def inside(path: str, root: Path) -> Path:
    """A path of the container on this machine."""
    return Path(str(path).replace(OPT_ML, str(root), 1))


def environment(root: Path, **more: str) -> dict[str, str]:
    """What a container sees; no credentials, which would have to be asked for over a network."""
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
    *,
    isolated: bool = False,
) -> str:
    """Run a container's entry point to its end; what it printed.

    Args:
        isolated: it has no network.

    Raises:
        JobFailed: it failed, or the container has no such program or may not execute it; the words
            are those of the image's init (aws/sagemaker-python-sdk issues 4113 and 4678).
    """
    program, *rest = [str(part).replace(OPT_ML, str(root)) for part in entrypoint]
    command = [python() if program.startswith("python") else program, *rest]
    command += [str(argument).replace(OPT_ML, str(root)) for argument in arguments]
    own = environment(root, **variables)
    try:
        _check_program(command[0], own["PATH"])
        if isolated:
            command, own = isolation.isolated(command, own)
        done = subprocess.run(
            command,
            cwd=root,
            env=own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise JobFailed(f"AlgorithmError: exec {entrypoint[0]} failed: {error.strerror}") from error
    if done.returncode:
        sys.stderr.write(done.stdout[-LOG_CHARACTERS:] + "\n")
        reason = f"AlgorithmError: {_reason(root)}, exit code: {done.returncode}"
        raise JobFailed(reason, done.stdout)
    return done.stdout


def _check_program(program: str, path: str) -> None:
    """A program that cannot be executed is told before anything is started in its place.

    Raises:
        OSError: it is not there, or nobody may execute it.
    """
    if not shutil.which(program, path=path):
        there = Path(program).is_file()
        number = errno.EACCES if there else errno.ENOENT
        raise OSError(number, os.strerror(number))


def write_training_files(
    root: Path, channels: Sequence[str], hyperparameters: Mapping[str, str], instance_type: str
) -> None:
    """The files of /opt/ml/input/config. A variable SM_* is no part of what SageMaker gives: the
    entry points of AWS's images make them, and a job with an entry point of its own has none.

    Source: SageMaker Developer Guide, "How Amazon SageMaker AI provides training information".
    """
    modes = {name: {"TrainingInputMode": "File"} for name in channels}
    host = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}
    contents = {
        "hyperparameters": dict(hyperparameters),
        "inputdataconfig": modes,
        "resourceconfig": {**host, "current_instance_type": instance_type},
    }
    config = root / "input" / "config"
    config.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (config / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def _reason(root: Path) -> str:
    """What the script has left for people; without it there is nothing to read but the log."""
    files = (root / "output" / name for name in ("failure", "message"))
    return next((file.read_text(encoding="utf-8") for file in files if file.is_file()), "")
