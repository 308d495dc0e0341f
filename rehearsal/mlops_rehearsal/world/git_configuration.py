"""Git in this world: the URLs of CodeCommit lead to the emulated repositories, and nowhere else."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mlops_rehearsal.world import git_remote

PERSON: Final = {"name": "Platform administrator", "email": "administrator@example.com"}


def git_configuration(regions: Iterable[str]) -> str:
    """The text of a configuration of git for the repositories of some regions.

    `ext::` is git's own way to reach a repository through a program (git-remote-ext): the rest of
    the URL, `profile@repository`, is the program's last argument.
    """
    found = sorted(set(regions))
    rewritten = {_program(region): _urls(region) for region in found}
    rewritten[_program(git_remote.OF_PROFILE)] = ["codecommit://"]
    sections = [
        _section("user", PERSON.items()),
        _section('protocol "ext"', [("allow", "always")]),
    ]
    for program, urls in rewritten.items():
        sections.append(_section(f'url "{program}"', [("insteadOf", url) for url in urls]))
    return "".join(sections)


def _urls(region: str) -> list[str]:
    """Of git-remote-codecommit, and what GetRepository gives as the URL to clone."""
    host = f"git-codecommit.{region}.amazonaws.com"
    return [f"codecommit::{region}://", f"https://{host}/v1/repos/"]


def _program(region: str) -> str:
    words = [sys.executable, "-P", str(Path(git_remote.__file__)), region]
    # git-remote-ext: "% " is a literal space in an argument; %s is the service that git wants.
    escaped = [word.replace("%", "%%").replace(" ", "% ") for word in words]
    return f"ext::{' '.join(escaped)} %s "


def _section(name: str, rows: Iterable[tuple[str, str]]) -> str:
    return f"[{name}]\n" + "".join(f'\t{key} = "{value}"\n' for key, value in rows)
