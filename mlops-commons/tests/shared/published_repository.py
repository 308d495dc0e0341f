"""A checkout of one app, and the repository to which it is published."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from checkouts import APPS_HERE, CDK_APP, CDK_INFRA_APP
from one_account_set import DEFAULTS, ONE_SET

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import checkout, snapshot

GIT = shutil.which("git") or "git"
APP = APPS_HERE[0]
DIRECTORY = APP_DIRECTORIES[APP]
REPOSITORY = f"{DIRECTORY}_business-unit-1"
OWN_FILES = {CDK_APP: ONE_SET} | ({CDK_INFRA_APP: DEFAULTS} if APP == "infra" else {})
URL = f"codecommit::eu-west-1://{REPOSITORY}"


class Publisher:
    """A checkout of one app and its repository in a folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "checkout"
        checkout(REPOSITORY_ROOT, DIRECTORY, replacements=OWN_FILES).write(self.root)
        self.remote = folder / "repository.git"
        self.settings: dict[str, str] = {}
        """What somebody has set for git besides."""

    def seed(self) -> None:
        """The repository as CloudFormation leaves it: one commit with the first snapshot."""
        self.git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", self.remote)
        work = self.clone()
        snapshot(self.root, DIRECTORY).write(work)
        self.commit(work, "Initial commit by AWS CodeCommit")

    def clone(self) -> Path:
        work = self.folder / f"work-{len(list(self.folder.iterdir()))}"
        self.git(self.folder, "clone", "--quiet", self.remote, work)
        return work

    def commit(self, work: Path, message: str) -> None:
        self.git(work, "checkout", "--quiet", "-B", "main")
        self.git(work, "add", "--all", "--force", ".")
        self.git(work, "commit", "--quiet", "-m", message)
        self.git(work, "push", "--quiet", "origin", "main")

    def git(self, folder: Path, *arguments: object) -> str:
        return subprocess.run(
            [GIT, *map(str, arguments)],
            cwd=folder,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def environment(self) -> dict[str, str]:
        """No configuration of this laptop; CodeCommit's URL means the folder."""
        settings = {
            f"url.{self.remote}.insteadOf": URL,
            "user.name": "Pat Platform",
            "user.email": "pat@example.com",
            **self.settings,
        }
        numbered = {
            f"GIT_CONFIG_{kind}_{index}": text
            for index, pair in enumerate(settings.items())
            for kind, text in zip(("KEY", "VALUE"), pair, strict=True)
        }
        return {
            **os.environ,
            **numbered,
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "PYTHONPATH": str(self.root / "mlops-commons"),
        }

    def publish(self, *flags: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
        return self.run(APP, "publish", "-m", "why", *flags, answer=answer)

    def run(self, *arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "mlops_commons.cli", *arguments],
            cwd=self.root,
            env=self.environment(),
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self) -> list[str]:
        return self.git(self.remote, "log", "--format=%s", "main").splitlines()

    def content(self, file: str) -> str:
        return self.git(self.remote, "show", f"main:{file}")


def change(root: Path, file: str = "CHANGELOG.md", text: str = "a change\n") -> None:
    (root / file).write_text((root / file).read_text() + text)
