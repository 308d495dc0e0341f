"""What is wrong with an extension, told with its file and line and without a traceback."""

import contextlib
import inspect
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError

GUIDE: Final = "docs/how-to/add-your-own-resources.md"
CORRECT: Final = f"correct the file, or take it out of its folder ({GUIDE})"
ADD: Final = re.compile(rb"^(async )?def add\(", re.MULTILINE)


@contextlib.contextmanager
def blamed_on_extension(name: str, what: str, folders: Sequence[Path]) -> Iterator[None]:
    """Turn whatever an extension does wrong into an error that names its file and line.

    Args:
        name: of the extension.
        what: has happened to it, such as `cannot be imported`.
        folders: those in which extensions lie.

    Raises:
        PlatformError: the block has raised something, `SystemExit` included.
    """
    try:
        yield
    except PlatformError as error:
        raise PlatformError(
            f"{_place(error, name, folders)}: extension '{name}' {what}: {error.message}",
            hint=error.hint or CORRECT,
        ) from error
    except (Exception, SystemExit) as error:
        reason = (str(error).splitlines() or [""])[0]
        told = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
        raise PlatformError(
            f"{_place(error, name, folders)}: extension '{name}' {what}: {told}", hint=CORRECT
        ) from error


def check_folder(folder: Path) -> None:
    """Refuse what looks like an extension, and that no import would ever find.

    Raises:
        PlatformError: a file has a dot in its name, or is in a folder that is no package.
    """
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.name.startswith((".", "_")):
            continue
        if "." in entry.stem and _has_add(entry):
            raise PlatformError(
                f"{entry}: no extension can have this name, because Python imports no name with "
                "a '.'",
                hint=f"rename it to '{entry.stem.replace('.', '_')}.py' ({GUIDE})",
            )
        lost = [] if (entry / "__init__.py").is_file() else _extensions_in(entry)
        if lost:
            raise PlatformError(
                f"{lost[0]}: an extension in a folder without an __init__.py is never called",
                hint=f"move it to {folder}, or import its 'add' in {entry / '__init__.py'} "
                f"({GUIDE})",
            )


def line_of(add: Callable[..., object]) -> int:
    """The line that defines a function, or an object's class; 1 where nobody knows."""
    try:
        return inspect.getsourcelines(add)[1] or 1
    except (OSError, TypeError):
        return 1


def _extensions_in(folder: Path) -> list[Path]:
    files = sorted(folder.iterdir()) if folder.is_dir() else ()
    return [file for file in files if not file.name.startswith("_") and _has_add(file)]


def _has_add(file: Path) -> bool:
    return file.suffix == ".py" and file.is_file() and bool(ADD.search(file.read_bytes()))


def _place(error: BaseException, name: str, folders: Sequence[Path]) -> str:
    """File and line in the extension itself, not in the library that it called."""
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    for file, line in reversed(frames):
        if any(Path(file).is_relative_to(folder) for folder in folders):
            return f"{file}:{line}"
    modules = [path for f in folders for path in (f / f"{name}.py", f / name / "__init__.py")]
    return next((str(module) for module in modules if module.is_file()), name)
