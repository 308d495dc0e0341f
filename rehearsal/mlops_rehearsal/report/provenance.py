"""What a rehearsal was made of and with: never a path of the machine, nor who has run it."""

import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mlops_commons.cli.environment import child_environment
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.git import Git
from mlops_commons.utilities.paths import CDK_APP_PLACE, CDK_INFRA_APP_PLACE, REPOSITORY_ROOT
from mlops_commons.utilities.toolchain import pinned_version
from mlops_commons.utilities.words import counted
from mlops_rehearsal.emulator.environment import LOCK

UNKNOWN: Final = "unknown"
DISTRIBUTIONS: Final = ("aws-cdk-lib", "boto3", "cdk-nag", "sagemaker")


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What has made a report.

    Attributes:
        commit: the whole id; `unknown` where the sources are no clone.
        tree: whether the sources were as the commit has them.
        settings: what the rehearsal was asked to play, in words.
        files: the SHA-256 of each configuration file, by its name.
        machine: its kind: system, architecture and cores.
        tools: versions, by name.
    """

    version: str = UNKNOWN
    commit: str = UNKNOWN
    tree: str = UNKNOWN
    settings: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    machine: str = UNKNOWN
    tools: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, str]]:
        """Everything, as the rows of a table."""
        return [
            ("version", self.version),
            ("commit", self.commit),
            ("working tree", self.tree),
            *(self.settings.items()),
            *((f"SHA-256 of {name}", digest) for name, digest in self.files.items()),
            ("machine", self.machine),
            *(self.tools.items()),
        ]


UNSTATED: Final = Provenance()


def provenance(
    cdk_app: Path, infra: Path, settings: Mapping[str, str], root: Path = REPOSITORY_ROOT
) -> Provenance:
    """Where a rehearsal of this checkout comes from.

    Args:
        cdk_app, infra: the configuration, as it was given.
        root: the checkout.
    """
    commit, tree = _sources(root)
    return Provenance(
        version=f"mlops-multi-account {version('mlops-commons')}",
        commit=commit,
        tree=tree,
        settings={name: value for name, value in settings.items() if value},
        files={
            place.name: _digest(file)
            for place, file in ((CDK_APP_PLACE, cdk_app), (CDK_INFRA_APP_PLACE, infra))
            if file.is_file()
        },
        machine=f"{platform.system()} {platform.machine()}, {counted(os.cpu_count() or 1, 'core')}",
        tools=_tools(root),
    )


def _sources(root: Path) -> tuple[str, str]:
    """The commit, and whether anything of the checkout differs from it."""
    if not (root / ".git").exists():
        return UNKNOWN, "no clone: the sources have no history here"
    try:
        git = Git(root, child_environment())
        commit = git.read("rev-parse", "HEAD").strip()
        changed = git.read("status", "--porcelain").splitlines()
    except PlatformError as error:
        return UNKNOWN, error.message.replace(str(root), "the checkout")
    if changed:
        return commit, f"{counted(len(changed), 'file')} changed or not committed"
    return commit, "clean: as committed"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _tools(root: Path) -> Mapping[str, str]:
    """Those that decide what was played; a library that only a project has is left out."""
    found = {"Python": platform.python_version(), "CDK CLI": pinned_version("aws-cdk", root)}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except ModuleNotFoundError:
            continue
    pins = LOCK.read_text(encoding="utf-8").splitlines()
    emulator = next((line for line in pins if line.startswith("ministack==")), "")
    return {**found, "MiniStack (the emulator)": emulator.partition("==")[2].strip(" \\")}
