"""`--config FOLDER` in front of a verb: another environment of the same checkout."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

OPTION: Final = "--config"
VARIABLE: Final = "MLOPS_CONFIG"
"""Read by `utilities.paths`, which must not be imported before it is set; children inherit it."""
FILE: Final = "cdk-app.yml"


def choose(arguments: Sequence[str]) -> list[str]:
    """The arguments without a leading `--config FOLDER`, whose folder holds from now on.

    Args:
        arguments: those of the program, without its name.

    Raises:
        SystemExit: no folder is named, or what is named is none; exit code 2.
    """
    first, *rest = arguments or [""]
    option, given, folder = first.partition("=")
    if option == OPTION:
        if not given:
            folder, rest = (rest[0], rest[1:]) if rest else ("", [])
        os.environ[VARIABLE] = folder
    else:
        rest = list(arguments)
    if option == OPTION or os.environ.get(VARIABLE):
        os.environ[VARIABLE] = str(_folder(os.environ[VARIABLE]))
    return rest


def _folder(named: str) -> Path:
    """The folder that was named, also by the file in it; it need not exist for `config`."""
    folder = Path(named).expanduser().absolute() if named else None
    if folder and folder.name == FILE:
        folder = folder.parent
    if folder is None or folder.is_file():
        raise SystemExit(_refused(named))
    return folder


def _refused(named: str) -> int:
    sys.stderr.write(
        f"error: {OPTION} and {VARIABLE} name a folder with {FILE}, not '{named}'\n"
        f"  next: ./mlops-multi-account.sh {OPTION} examples/two-sets config validate\n"
    )
    return 2
