"""`--config FOLDER` with any verb: another environment of the same checkout."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

OPTION: Final = "--config"
VARIABLE: Final = "MLOPS_CONFIG"
"""Read by `utilities.paths`, which must not be imported before it is set; children inherit it."""
FILE: Final = "cdk-app.yml"
REHEARSE: Final = "rehearse"
END: Final = "--"


def choose(arguments: Sequence[str]) -> list[str]:
    """The arguments without `--config FOLDER`, whose folder holds from now on.

    It may stand in front of the verb or behind it, and not behind `--`, whose words are another
    program's. The rehearsal has an option of this name, which is its own.

    Args:
        arguments: those of the program, without its name.

    Raises:
        SystemExit: no folder is named, or what is named is none; exit code 2.
    """
    rest = list(arguments)
    at = _place(rest)
    if at is not None:
        _, given, folder = rest.pop(at).partition("=")
        if not given:
            folder = rest.pop(at) if at < len(rest) and rest[at] != END else ""
        os.environ[VARIABLE] = folder
    if at is not None or os.environ.get(VARIABLE):
        os.environ[VARIABLE] = str(_folder(os.environ[VARIABLE]))
    return rest


def _place(arguments: Sequence[str]) -> int | None:
    """Where the option stands; None where it is not, or is an option of the verb."""
    if arguments[:1] == [REHEARSE]:
        return None
    own = list(arguments)[: arguments.index(END)] if END in arguments else arguments
    found = (at for at, word in enumerate(own) if word.partition("=")[0] == OPTION)
    return next(found, None)


def _folder(named: str) -> Path:
    """The folder that was named, also by the file in it; it need not exist for `config`."""
    try:
        folder = Path(named).expanduser().absolute() if named else None
    except RuntimeError:  # the home of a user whom nobody knows: ~somebody
        folder = None
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
