"""`--config FOLDER` with any verb: another environment of the same checkout."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mlops_commons.cli.once import two_values

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
    named: list[str] = []
    while (at := _place(rest)) is not None:
        named.append(_taken(rest, at))
    if others := [folder for folder in named if folder != named[0]]:
        raise SystemExit(_usage(two_values(OPTION, named[0], others[0])))
    if named:
        os.environ[VARIABLE] = named[0]
    if named or os.environ.get(VARIABLE):
        os.environ[VARIABLE] = str(_folder(os.environ[VARIABLE]))
    return rest


def _taken(rest: list[str], at: int) -> str:
    """The folder that an option names, which is taken out with it; empty where none follows."""
    _, given, folder = rest.pop(at).partition("=")
    if given:
        return folder
    return rest.pop(at) if at < len(rest) and rest[at] != END else ""


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
    return _usage(f"{OPTION} and {VARIABLE} name a folder with {FILE}, not '{named}'")


def _usage(said: str) -> int:
    example = f"./mlops-multi-account.sh {OPTION} examples/two-sets config validate"
    sys.stderr.write(f"error: {said}\n  next: {example}\n")
    return 2
