"""The configuration files replaced: checked first, with a dated copy of what they were."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mlops_commons.config.loader import load_config
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem
from mlops_commons.utilities.generated_files import write_atomically


def check_texts(texts: Mapping[Path, str], cdk_app: Path, infra: Path) -> None:
    """Load the texts as if they were the files.

    Raises:
        ConfigError: they have problems; the lines are those of the texts.
    """
    with tempfile.TemporaryDirectory() as folder:
        drafts = {file: Path(folder) / file.name for file in (cdk_app, infra)}
        for file, draft in drafts.items():
            text = texts.get(file)
            if text is not None:
                draft.write_text(text, encoding="utf-8")
            elif file.is_file():
                shutil.copy(file, draft)
        try:
            load_config(drafts[cdk_app], drafts[infra])
        except ConfigError as error:
            shown = {draft: file for file, draft in drafts.items()}
            problems = [_shown_as(shown.get(p.file, p.file), p) for p in error.problems]
            raise ConfigError(problems, hint="nothing is written; answer these again") from None


def replace_files(texts: Mapping[Path, str], now: datetime) -> dict[Path, Path | None]:
    """Write the files; a dated copy of each old one that differs stays beside it.

    Returns:
        the files that were written, each with the copy of what it was, None where it is new.

    Raises:
        PlatformError: one cannot be written; it is as it was.
    """
    written: dict[Path, Path | None] = {}
    for file, text in texts.items():
        old = file.read_text(encoding="utf-8") if file.is_file() else None
        if old == text:
            continue
        copy = None if old is None else _dated_copy(file, now)
        write_atomically(file, text)
        written[file] = copy
    return written


def _dated_copy(file: Path, now: datetime) -> Path:
    """A copy under a name that is free: two in one second must not be one."""
    stem = f"{file.name}.{now:%Y-%m-%dT%H-%M-%S}"
    for number in range(1, 100):
        copy = file.with_name(f"{stem}.bak" if number == 1 else f"{stem}-{number}.bak")
        try:
            with copy.open("xb") as stream:
                stream.write(file.read_bytes())
                os.fchmod(stream.fileno(), file.stat().st_mode & 0o777)
        except FileExistsError:
            continue
        except OSError as error:
            copy.unlink(missing_ok=True)
            raise PlatformError(
                f"cannot keep a copy of {file}: {error.strerror or error}",
                hint="free space there or make the folder writable; nothing is changed",
            ) from error
        return copy
    raise PlatformError(f"too many copies {stem}*.bak", hint="remove some of them")


def _shown_as(file: Path, problem: Problem) -> Problem:
    return Problem(file=file, line=problem.line, path=problem.path, message=problem.message)
