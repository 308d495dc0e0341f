"""A snapshot committed to the repository from which a pipeline delivers."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.own_files import OWN_FOLDERS, missing_own
from mlops_commons.utilities.snapshot import Snapshot

TRAILER: Final = "Published-Snapshot"
"""Marks the commits made here, by the digest of their content; any other commit is somebody's."""
"""Where users keep files that no release has."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a publication commits where.

    Attributes:
        content: the whole content of the repository afterwards.
        remote: a URL of git.
        branch: the branch that the pipeline follows.
        message: the first line of the commit.
    """

    content: Snapshot
    remote: str
    branch: str
    message: str


def codecommit_remote(region: str, profile: str, repository: str) -> str:
    """The URL with which git-remote-codecommit reaches a repository; it signs with the profile."""
    return f"codecommit::{region}://{profile}@{repository}"


def publish(
    publication: Publication,
    *,
    environment: Mapping[str, str],
    confirm: Callable[[str], bool],
    review: Callable[[Path], None] = lambda clone: None,
    overwrite: bool = False,
) -> str:
    """Commit and push a snapshot, and return the new commit; empty where nothing has changed.

    Args:
        environment: of git.
        confirm: is shown the difference and decides.
        review: is shown what the repository holds, and raises where it does not allow the change.
        overwrite: also over changes that were made in the repository and are not in the snapshot.

    Raises:
        PlatformError: the repository cannot be reached or has no such branch, it holds changes
            or own extensions or products that the snapshot would drop, somebody has pushed
            meanwhile, or git failed.
    """
    with tempfile.TemporaryDirectory(prefix="mlops-publish-") as folder:
        git = Git(Path(folder) / "clone", environment)
        git.clone(publication.remote, publication.branch)
        review(git.root)
        dropped = [*_dropped(git, publication.content), *_own(git, publication.content)]
        if dropped and not overwrite:
            raise PlatformError(
                f"{publication.remote} holds changes that are not in this checkout: "
                + ", ".join(dropped[:10])
                + (f" and {len(dropped) - 10} more" if len(dropped) > 10 else ""),
                hint="bring them into this checkout first (git log shows who made them), or "
                "publish over them with --overwrite",
            )
        _replace_content(git, publication.content)
        difference = git.read("diff", "--cached", "--stat=100", "HEAD")
        if not difference or not confirm(difference):
            return ""
        trailer = f"{TRAILER}: {publication.content.digest()}"
        git.read("commit", "--quiet", "--message", publication.message, "--message", trailer)
        git.push(publication.branch)
        return git.read("rev-parse", "HEAD").strip()


class Git:
    """Git in one clone; every command is a list of arguments.

    Raises:
        PlatformError: git is not installed, or a command failed.
    """

    def __init__(self, clone: Path, environment: Mapping[str, str]) -> None:
        self.root = clone
        self._environment = dict(environment)
        self._program = shutil.which("git", path=self._environment.get("PATH"))
        if self._program is None:
            raise PlatformError("git is not on PATH", hint="install git, then publish again")

    def clone(self, remote: str, branch: str) -> None:
        """Clone one branch.

        Raises:
            PlatformError: there is no such repository or branch, or no access to it.
        """
        self.root.mkdir(parents=True)
        arguments = ("clone", "--quiet", "--single-branch", "--branch", branch, remote, ".")
        done = self._run(*arguments)
        if done.returncode:
            raise PlatformError(
                f"cannot read branch '{branch}' of {remote}: {_last_line(done.stderr)}",
                hint="deploy the repository first (deploy --all), and check the governance "
                "profile in cdk-app.yml",
            )

    def push(self, branch: str) -> None:
        """Push the branch; the remote decides whether it still is where it was cloned.

        Raises:
            PlatformError: it was refused.
        """
        done = self._run("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        if done.returncode:
            raise PlatformError(
                f"the push was refused: {_last_line(done.stderr)}",
                hint="somebody may have pushed meanwhile; look at the difference again and publish",
            )

    def read(self, *arguments: str) -> str:
        """What a command prints.

        Raises:
            PlatformError: it failed.
        """
        done = self._run(*arguments)
        if done.returncode:
            raise PlatformError(
                f"git {arguments[0]} failed: {_last_line(done.stderr)}",
                hint="check name and e-mail with: git config --global --get-regexp user",
            )
        return done.stdout

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self._program), *arguments],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _dropped(git: Git, content: Snapshot) -> list[str]:
    """Files that others changed since the last publication and that would change once more."""
    published = git.read("log", "--format=%H", f"--grep=^{TRAILER}: ", "--max-count=1").strip()
    base = published or git.read("rev-list", "--max-parents=0", "HEAD").split()[-1]
    changed = git.read("diff", "--name-only", "-z", base, "HEAD").split("\0")
    return [name for name in changed if name and not _is_the_same(git, content, name)]


def _own(git: Git, content: Snapshot) -> list[str]:
    """A user's own files that the checkout lacks."""
    held = git.read("ls-files", "-z", *map(str, OWN_FOLDERS)).split("\0")
    return list(map(str, missing_own(map(PurePosixPath, filter(None, held)), content.sources)))


def _is_the_same(git: Git, content: Snapshot, name: str) -> bool:
    theirs, path = git.root / name, PurePosixPath(name)
    if path not in content.sources:
        return not theirs.exists()
    return theirs.exists() and theirs.read_bytes() == content.read(path)


def _replace_content(git: Git, content: Snapshot) -> None:
    git.read("rm", "-r", "--quiet", "--force", "--ignore-unmatch", ".")
    content.write(git.root)
    # Forced: the snapshot decides what the repository holds, not an ignore file.
    git.read("add", "--all", "--force", ".")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "git said nothing"
