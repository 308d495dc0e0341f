"""Git in a clone of our own, whatever the caller's shell and configuration say."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError, UnreadableError

OF_ANOTHER_REPOSITORY: Final = frozenset(
    f"GIT_{name}"
    for name in (
        *("ALTERNATE_OBJECT_DIRECTORIES", "COMMON_DIR", "DIR", "GRAFT_FILE", "IMPLICIT_WORK_TREE"),
        *("INDEX_FILE", "NAMESPACE", "NO_REPLACE_OBJECTS", "OBJECT_DIRECTORY", "PREFIX"),
        *("REPLACE_REF_BASE", "SHALLOW_FILE", "WORK_TREE"),
    )
)
"""Set inside a hook or an alias of git (`git rev-parse --local-env-vars`): they mean the repository
in which that runs, and here would write into it."""
SETTINGS: Final = (
    "core.autocrlf=false",
    "core.fileMode=true",
    "core.safecrlf=false",
    "color.ui=false",
    "clone.defaultRemoteName=origin",
    "commit.cleanup=whitespace",
)
"""What would change contents, modes or what git prints. Hooks and signing stay the caller's."""
NO_ROOM: Final = ("No space left on device", "Read-only file system", "Disk quota exceeded")

SDK: Final = r"(?:botocore|boto3)(?:\.\w+)+: "
"""Before the message of an error of AWS's SDK, with which a traceback ends."""
DEPLOY_FIRST: Final = (
    "deploy the repository first (deploy --all), and check the governance profile in cdk-app.yml"
)
SIGN_IN: Final = (
    "see that the repository and the branch are there, and that git may sign in: git ls-remote "
    "with this URL, by hand"
)


class Git:
    """Git in one clone; every command is a list of arguments.

    Raises:
        PlatformError: git is not installed, or a command failed.
    """

    def __init__(self, clone: Path, environment: Mapping[str, str]) -> None:
        self.root = clone
        self._environment = {
            name: value for name, value in environment.items() if name not in OF_ANOTHER_REPOSITORY
        }
        self._program = shutil.which("git", path=self._environment.get("PATH"))
        if self._program is None:
            raise PlatformError("git is not on PATH", hint="install git, then publish again")

    def clone(self, remote: str, branch: str) -> None:
        """Clone one branch.

        Raises:
            UnreadableError: there is no such repository or branch, or no access to it.
        """
        self.root.mkdir(parents=True)
        self._check_url(remote)
        arguments = ("clone", "--quiet", "--single-branch", "--branch", branch, remote, ".")
        done = self._run(*arguments)
        if done.returncode and not self._begin(remote, branch):
            raise UnreadableError(
                f"cannot read branch '{branch}' of {remote}: {_last_line(done.stderr)}",
                hint=_room(done.stderr)
                or self._profile(done.stderr)
                or (DEPLOY_FIRST if remote.startswith("codecommit::") else SIGN_IN),
            )

    def _profile(self, said: str) -> str:
        """What to do about a profile; empty where it is not what the helper of git fails of."""
        profile = self._environment.get("AWS_PROFILE", "")
        if not profile or not re.search(rf"^{SDK}", said, flags=re.M):
            return ""
        quoted = shlex.quote(profile)
        return (
            f"make the profile with: aws configure sso --profile {quoted}; or sign in: "
            f"aws sso login --profile {quoted}"
        )

    def tree(self) -> str:
        """The id of what is staged."""
        return self.read("write-tree").strip()

    def start(self, branch: str) -> None:
        """Make a repository without commits."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.read("init", "--quiet", f"--initial-branch={branch}", ".")

    def _begin(self, remote: str, branch: str) -> bool:
        """Start where a clone of a repository without commits would be; whether it is one.

        A repository in CodeCommit is never empty: its deployment has filled it.
        """
        found = self._run("ls-remote", remote)
        if found.returncode or found.stdout.strip() or remote.startswith("codecommit::"):
            return False
        self.start(branch)
        self.read("remote", "add", "origin", remote)
        return True

    def _check_url(self, remote: str) -> None:
        """Refuse credentials that git's configuration puts into a URL, without repeating them."""
        url = self._run("ls-remote", "--get-url", remote).stdout.strip()
        if re.search(r"://[^/\s@]*:[^/\s@]*@|https?://[^/\s@]+@", url):
            raise PlatformError(
                f"the configuration of git makes a URL with credentials of {remote}",
                hint="git config --get-regexp '^url' shows which; make them void at the host, and "
                "let git ask for others: git help gitcredentials",
            )

    def push(self, branch: str) -> None:
        """Push the branch; the remote decides whether it still is where it was cloned.

        Raises:
            PlatformError: it was refused.
        """
        done = self._run("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        if done.returncode:
            raise PlatformError(
                f"the push was refused: {_all(done.stderr)}",
                hint=_room(done.stderr)
                or "somebody may have pushed meanwhile; look at the difference again and publish",
            )

    def commit(self, *paragraphs: str) -> None:
        """Commit what is staged, as the caller commits: with name, hooks and signature.

        Raises:
            PlatformError: git or a hook has refused; nothing is pushed.
        """
        messages = [word for text in paragraphs for word in ("--message", text)]
        done = self._run("commit", "--quiet", *messages)
        if done.returncode:
            raise PlatformError(
                f"git cannot commit, nothing is published: {_all(done.stderr or done.stdout)}",
                hint=_room(done.stderr) or "; ".join(self._reasons()),
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
                hint=_room(done.stderr) or "see what git says; nothing is published",
            )
        return done.stdout

    def blob_of(self, content: bytes) -> str:
        """The id under which git keeps this content."""
        done = subprocess.run(
            [str(self._program), "hash-object", "--stdin"],
            cwd=self.root,
            env=self._environment,
            input=content,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def _reasons(self) -> list[str]:
        """What of the caller's configuration may have refused a commit, and what to do."""
        if self._run("var", "GIT_COMMITTER_IDENT").returncode:
            return [
                "say who you are: git config --global user.name 'YOUR NAME' and "
                "git config --global user.email YOU@EXAMPLE.COM"
            ]
        found = []
        if self._setting("--bool", "commit.gpgsign") == "true":
            found.append(
                "commits are signed here (commit.gpgsign): unlock the key of user.signingkey"
            )
        hooks = self.root / self._run("rev-parse", "--git-path", "hooks").stdout.strip()
        if hooks.is_dir() and any(file.suffix != ".sample" for file in hooks.iterdir()):
            found.append(f"a hook of {hooks} may have refused it: give the message that it wants")
        return found or ["see what git says, then publish again"]

    def _setting(self, *arguments: str) -> str:
        return self._run("config", "--get", *arguments).stdout.strip()

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        return subprocess.run(
            [str(self._program), *settings, *arguments],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def _room(text: str) -> str:
    """What to do where there is no place to write; empty for another cause."""
    return "free space in TMPDIR, or name another folder with it" if _is_full(text) else ""


def _is_full(text: str) -> bool:
    return any(sign in text for sign in NO_ROOM)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(f"^{SDK}", "", lines[-1]) if lines else "git said nothing"


def _all(text: str) -> str:
    """The end of what git and its hooks say, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[-5:]) or "git said nothing"
