"""A checkout of its own for each question, synthesised by the real CDK CLI."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from once_in_a_run import once_in_a_run

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, SAMPLE
from mlops_commons.utilities.snapshot import checkout, snapshot

CDK_APP = PurePosixPath("mlops-commons/mlops_commons/config/cdk-app.yml")
CDK_INFRA_APP = PurePosixPath("mlops-infra/config/cdk-infra-app.yml")
EXTENSIONS = PurePosixPath("mlops-infra/mlops_infra/extensions")
APPS_HERE = [app for app, folder in APP_DIRECTORIES.items() if (REPOSITORY_ROOT / folder).is_dir()]
"""The apps of this repository: a CodeCommit repository holds one of them."""
CDK_CLI = REPOSITORY_ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


@dataclass(frozen=True)
class Checkout:
    """A checkout of one app with a configuration of its own."""

    root: Path
    app: str

    @property
    def directory(self) -> Path:
        """The folder of the app."""
        return self.root / APP_DIRECTORIES[self.app]

    def cdk(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the pinned CDK CLI inside the app's folder, without any credentials."""
        packages = [self.root / "mlops-commons", self.directory]
        tools = Path(sys.executable).parent
        return subprocess.run(
            [str(tools / "node"), str(CDK_CLI), *arguments],
            cwd=self.directory,
            env={
                **os.environ,
                "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": os.pathsep.join(map(str, packages)),
                "CDK_DISABLE_CLI_TELEMETRY": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def run(
        self, *arguments: str, inside: Sequence[str] = (), **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command line of the checkout, with the environment of this repository.

        Args:
            inside: a command in front.
            variables: of the environment, besides those of the tests.
        """
        for installed in (".venv", "node_modules"):
            if not (self.root / installed).exists():
                (self.root / installed).symlink_to(REPOSITORY_ROOT / installed)
        packages = os.pathsep.join(map(str, (self.root / "mlops-commons", self.directory)))
        return subprocess.run(
            [*inside, sys.executable, "-P", "-m", "mlops_commons.cli", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": packages, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def synth(self, output: str = "cdk.out") -> "Assembly":
        """Synthesise everything; fails the test with the CLI's output when that fails.

        A checkout that says the same in every file was perhaps synthesised already: what that gave
        is copied. See `synth_again`.
        """
        name = f"{self.app}-{_digest(self.root)}"
        made = once_in_a_run(name, lambda folder: self._synthesise(folder / "cdk.out"))
        shutil.copytree(made / "cdk.out", self.directory / output)
        return Assembly(self.directory / output, self.app)

    def synth_again(self, output: str = "cdk.out") -> "Assembly":
        """Synthesise, whoever has done it before."""
        self._synthesise(Path(output))
        return Assembly(self.directory / output, self.app)

    def _synthesise(self, output: Path) -> None:
        done = self.cdk("synth", "-q", "--no-lookups", "--output", str(output))
        assert done.returncode == 0, done.stdout + done.stderr


def _digest(root: Path) -> str:
    """Of every file of a checkout that is no output, and of where it lies."""
    found = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        if file.is_file() and not {"cdk.out", "__pycache__"} & set(file.parts):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            found.update(f"{file.relative_to(root).as_posix()}\n{content}\n".encode())
    return found.hexdigest()[:16]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly with everything nested in it."""

    folder: Path
    app: str

    def templates(self) -> Mapping[str, dict[str, Any]]:
        """Every template by its path below the assembly."""
        return {
            file.relative_to(self.folder).as_posix(): json.loads(file.read_text())
            for file in sorted(self.folder.rglob("*.template.json"))
        }

    def stage(self, set_name: str, stage_name: str) -> dict[str, Any]:
        """The template that a stage's account gets."""
        nested = f"assembly-ml-{self.app}-deploy-pipeline-{set_name}-{stage_name}"
        (template,) = (
            file
            for file in (self.folder / nested).glob("*.template.json")
            if not file.name.endswith(".product.template.json")
        )
        loaded: dict[str, Any] = json.loads(template.read_text())
        return loaded

    def repositories(self) -> list[Mapping[str, bytes]]:
        """The files that each account set's repository of this app starts with."""
        return [
            {name: archive.read(name) for name in archive.namelist()}
            for archive in map(zipfile.ZipFile, sorted(self.folder.glob("asset.*.zip")))
            if "mlops-multi-account.sh" in archive.namelist()
        ]

    def content(self) -> Mapping[str, bytes]:
        """Every file of the assembly with its bytes."""
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in sorted(self.folder.rglob("*"))
            if file.is_file()
        }


def make_checkout(
    root: Path,
    app: str,
    *,
    cdk_app: str = "",
    infra: str = "",
    extensions: Mapping[str, str] | None = None,
    whole: bool = False,
) -> Checkout:
    """Write what the repository of an app holds, with a configuration of the test's own.

    Args:
        app: `infra` or `template`.
        cdk_app, infra: the text of the configuration files; empty for the sample's.
        extensions: the files of the folder of extensions, in place of those of this repository.
        whole: also what only the monorepo has.
    """
    texts = {
        file: text or (SAMPLE / file.name).read_text(encoding="utf-8")
        for file, text in ((CDK_APP, cdk_app), (CDK_INFRA_APP, infra))
    }
    directory = APP_DIRECTORIES[app]
    if whole:
        checkout(REPOSITORY_ROOT, directory, replacements=texts).write(root)
    else:
        snapshot(REPOSITORY_ROOT, directory, texts).write(root)
    folder = root / EXTENSIONS
    if folder.is_dir():
        for file in folder.iterdir():
            if file.name != "__init__.py":
                file.unlink()
        for name, text in (extensions or {}).items():
            (folder / name).write_text(text)
    return Checkout(root, app)
