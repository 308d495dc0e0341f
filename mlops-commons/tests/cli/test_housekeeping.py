"""`init` shows a usable environment, `clean` leaves what was written by people."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import APPS_HERE

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import snapshot
from mlops_commons.utilities.toolchain import pinned_version

pytestmark = pytest.mark.construct

GIT = shutil.which("git") or "git"
APP = APPS_HERE[0]
DIRECTORY = APP_DIRECTORIES[APP]


def run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", *arguments],
        cwd=root,
        env={"PYTHONPATH": str(root / "mlops-commons"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    snapshot(REPOSITORY_ROOT, DIRECTORY).write(root)
    return root


def test_clean_removes_what_is_generated_and_nothing_else(checkout: Path) -> None:
    directory = checkout / DIRECTORY
    (directory / "package").mkdir()
    before = sorted(path for path in directory.rglob("*"))
    for generated in ("cdk.out/asset.1", "__pycache__", "package/__pycache__"):
        (directory / generated).mkdir(parents=True)
        (directory / generated / "file").write_text("generated\n")
    (directory / ".coverage").write_text("generated\n")
    done = run(checkout, APP, "clean")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "removed .coverage, __pycache__, cdk.out\n"
    assert sorted(path for path in directory.rglob("*")) == before
    assert run(checkout, APP, "clean").stdout == "nothing to remove\n"


def test_a_preview_of_clean_names_what_would_go_and_removes_nothing(checkout: Path) -> None:
    directory = checkout / DIRECTORY
    nothing = run(checkout, APP, "clean", "--dry-run")
    assert (nothing.returncode, nothing.stdout) == (0, "nothing to remove\n")
    (directory / "package" / "__pycache__").mkdir(parents=True)
    (directory / ".coverage").write_text("generated\n")
    before = sorted(directory.rglob("*"))
    done = run(checkout, APP, "clean", "--dry-run")
    assert done.stdout.splitlines() == [
        f"would be removed: {DIRECTORY}/.coverage",
        f"would be removed: {DIRECTORY}/package/__pycache__",
    ]
    assert sorted(directory.rglob("*")) == before


def test_init_shows_the_pinned_tools(checkout: Path) -> None:
    (checkout / "node_modules").symlink_to(REPOSITORY_ROOT / "node_modules")
    done = run(checkout, APP, "init")
    assert done.returncode == 0, done.stderr
    assert f"CDK CLI {pinned_version('aws-cdk')}" in done.stdout
    assert f"{DIRECTORY} is ready" in done.stdout


def test_init_without_the_cdk_cli_says_how_to_install_it(checkout: Path) -> None:
    done = run(checkout, APP, "init")
    assert done.returncode == 1
    assert "the pinned CDK CLI is not installed" in done.stderr
    assert "./mlops-multi-account.sh --version" in done.stderr


def test_an_app_that_is_not_here_is_refused(checkout: Path) -> None:
    other = next(app for app in APP_DIRECTORIES if app != APP)
    done = run(checkout, other, "clean")
    assert done.returncode == 1
    assert APP_DIRECTORIES[other] in done.stderr
    assert "Traceback" not in done.stderr


def test_init_writes_a_hook_that_refuses_a_broken_configuration(checkout: Path) -> None:
    (checkout / "node_modules").symlink_to(REPOSITORY_ROOT / "node_modules")
    refused = run(checkout, APP, "init", "--hooks")
    assert (refused.returncode, "hooks are part of a clone" in refused.stderr) == (1, True)
    subprocess.run([GIT, "init", "--quiet", str(checkout)], check=True)
    for _ in range(2):  # a hook of its own is no obstacle
        done = run(checkout, APP, "init", "--hooks")
        assert done.returncode == 0, done.stderr
    hook = checkout / ".git" / "hooks" / "pre-commit"
    assert subprocess.run(["/bin/bash", "-n", str(hook)], check=False).returncode == 0
    wrapper = checkout / "mlops-multi-account.sh"
    wrapper.write_text("#!/usr/bin/env bash\necho refused: $*\nexit 1\n")
    ended = subprocess.run([str(hook)], cwd=checkout, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "refused: config validate\n")


def test_a_hook_of_somebody_else_stays(checkout: Path) -> None:
    subprocess.run([GIT, "init", "--quiet", str(checkout)], check=True)
    hook = checkout / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    done = run(checkout, APP, "init", "--hooks")
    assert done.returncode == 1
    assert f"there is a hook already: {hook}" in done.stderr
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
