"""Lambda layers below /opt without root: programs of /opt run from where the layers lie.

Python starts this module in every process with its folder on PYTHONPATH. The emulator unpacks
the layers of a function into folders and names them in `_LAMBDA_LAYERS_DIRS`; a function that
starts `/opt/awscli/aws`, for example, finds it there, run by the Python of the function where the
script names an interpreter of the Lambda image.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

OPT = "/opt/"


def _relocated(arguments: Any) -> Any:
    if isinstance(arguments, (str, bytes, os.PathLike)) or not arguments:
        return arguments
    program, *rest = [os.fspath(argument) for argument in arguments]
    if not isinstance(program, str) or not program.startswith(OPT):
        return arguments
    for folder in os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep):
        found = Path(folder, program.removeprefix(OPT))
        if folder and found.is_file():
            with found.open("rb") as file:
                script = b"python" in file.readline()
            return [*([sys.executable] if script else []), str(found), *rest]
    return arguments


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
        super().__init__(_relocated(args), *rest, **options)


if os.environ.get("_LAMBDA_LAYERS_DIRS"):
    subprocess.Popen = _Popen  # type: ignore[misc]
