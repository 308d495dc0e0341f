"""When may a cloud assembly be used again: everything that synth reads, hashed by content."""

import hashlib
import os
import platform
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mlops_commons.utilities.delivered_files import SHARED_DIRECTORIES
from mlops_commons.utilities.names import is_execution_policy_file
from mlops_commons.utilities.paths import OWN_CONFIG

FINGERPRINT_FILE: Final = ".fingerprint"
GENERATED: Final = frozenset(
    {
        *(".git", ".venv", "node_modules", "__pycache__", "build", "cdk.out", "cdk.staging"),
        *(".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
        "htmlcov",
    }
)
ENVIRONMENT_PREFIXES: Final = ("CDK_", "JSII_", "NODE_", "PYTHON")
ENVIRONMENT_NAMES: Final = frozenset({"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"})
"""The CDK CLI hands account and region of the caller's credentials to the app."""


def source_files(directories: Iterable[Path]) -> Iterator[Path]:
    """Every file below the directories that no tool has generated, sorted."""
    for directory in directories:
        if not directory.is_dir() or (directory / "pyvenv.cfg").exists():
            continue
        for entry in sorted(directory.iterdir()):
            if _is_generated(entry.name):
                continue
            if entry.is_dir() and not entry.is_symlink():
                yield from source_files([entry])
            else:
                yield entry


def fingerprint(
    root: Path,
    app_directory: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    home: Path,
) -> str:
    """SHA-256 over everything that one synth reads; equal values allow the same assembly.

    The folder of another environment (`OWN_CONFIG`) counts too.

    Args:
        root: the repository; its files, the shared folders and the app's own are hashed.
        arguments: those of the CDK CLI.
        environment: only variables that the CDK CLI, node or Python act upon count.
        home: the folder of the CDK CLI's user settings, `.cdk.json`.
    """
    files = [file for file in sorted(root.iterdir()) if file.is_file()]
    files = [file for file in files if not _is_measurement(file.name)]
    files += source_files([*(root / name for name in SHARED_DIRECTORIES), app_directory])
    files.append(home / ".cdk.json")
    if OWN_CONFIG:
        files += source_files([OWN_CONFIG])
    total = hashlib.sha256()
    for value in (platform.python_version(), *arguments, *_packages(), *_relevant(environment)):
        total.update(f"{value}\0".encode())
    for file in files:
        total.update(f"{file}\0{_content(file)}\0".encode())
    return total.hexdigest()


def assembly_digest(assembly: Path) -> str:
    """SHA-256 over a whole assembly, so that an altered or incomplete one is recognised."""
    total = hashlib.sha256()
    for file in sorted(assembly.rglob("*")):
        if file.name != FINGERPRINT_FILE and file.suffix != ".lock" and not file.is_dir():
            total.update(f"{file.relative_to(assembly)}\0{_content(file)}\0".encode())
    return total.hexdigest()


def is_reusable(assembly: Path, inputs: str) -> bool:
    """Whether the assembly was made from these inputs and is still as it was made."""
    try:
        recorded = (assembly / FINGERPRINT_FILE).read_text(encoding="utf-8").split()
    except OSError:
        return False
    return len(recorded) == 2 and recorded == [inputs, assembly_digest(assembly)]


def record(assembly: Path, inputs: str) -> None:
    """Note beside a complete assembly what it was made from."""
    text = f"{inputs} {assembly_digest(assembly)}\n"
    (assembly / FINGERPRINT_FILE).write_text(text, encoding="utf-8")


def _is_generated(name: str) -> bool:
    if name in GENERATED or name.endswith(".egg-info") or _is_measurement(name):
        return True
    return is_execution_policy_file(name)  # made of the templates, and read by `bootstrap` only


def _is_measurement(name: str) -> bool:
    # Each process of a test run writes a file of its own, and they go while others are copied.
    return name == ".coverage" or name.startswith(".coverage.")


def _content(file: Path) -> str:
    if file.is_symlink() and file.is_dir():
        return os.urandom(16).hex()  # what lies behind is not followed, so nothing may be reused
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return "absent"
    return f"{file.stat().st_mode & 0o111:o} {digest}"


def _packages() -> list[str]:
    """Names and versions of the installed Python packages."""
    directory = Path(sysconfig.get_path("purelib"))
    return sorted(entry.name for entry in directory.glob("*.dist-info"))


def _relevant(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(environment.items()):
        if name.startswith(ENVIRONMENT_PREFIXES) or name in ENVIRONMENT_NAMES:
            yield f"{name}={value}"
