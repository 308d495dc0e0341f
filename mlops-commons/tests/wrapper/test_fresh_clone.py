"""A fresh checkout on a machine with bash, git and Python only: one command does all of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

KEPT_VARIABLES = ("PIP_", "SSL_", "NODE_EXTRA_CA_CERTS", "npm_config_", "HTTPS_PROXY", "NO_PROXY")
"""How this machine reaches its package registries; everything else of its environment is left."""


def copy_of_the_repository(destination: Path) -> Path:
    for file in source_files([REPOSITORY_ROOT]):
        target = destination / file.relative_to(REPOSITORY_ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return destination


def programs(directory: Path) -> Path:
    """A PATH without any node and without the environment that this test runs in."""
    directory.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for program in Path(folder).iterdir():
            link = directory / program.name
            if not program.name.startswith(("python", "node", "npm")) and not link.exists():
                link.symlink_to(program)
    (directory / "python3").symlink_to(Path(sys.executable).resolve())
    return directory


def test_a_fresh_checkout_synthesises_and_is_not_set_up_twice(tmp_path: Path) -> None:
    root = copy_of_the_repository(tmp_path / "a fresh clone")
    wrapper = tmp_path / "linked"
    wrapper.symlink_to(root / "mlops-multi-account.sh")
    (tmp_path / "home").mkdir()
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": str(programs(tmp_path / "bin")),
        "PYTHONDONTWRITEBYTECODE": "1",
        **{name: os.environ[name] for name in os.environ if name.startswith(KEPT_VARIABLES)},
    }

    # What a build server, or somebody's profile, may have set: none of it changes what we do.
    odd = {
        "NODE_ENV": "production",
        "PIP_USER": "1",
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PYTHONHOME": str(tmp_path / "no-python"),
        "TMPDIR": str(tmp_path / "no-such-folder"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(wrapper), *arguments]
        return subprocess.run(
            command,
            env={**environment, **odd},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    first = run("infra", "synth", "--quiet")
    assert first.returncode == 0, first.stderr
    assert "setting up, because this is the first call here" in first.stderr
    for role in ("governance", "dev", "preprod", "prod"):
        assert role in first.stdout
    assert (root / ".venv/bin/node").is_symlink()

    second = run("infra", "synth")
    assert (second.returncode, second.stderr) == (0, "")
    assert "unchanged since the last synth" in second.stdout

    with_environment = {**environment, "PATH": f"{root}/.venv/bin:{environment['PATH']}"}
    listed = subprocess.run(
        ["cdk", "ls"],  # noqa: S607 (found by PATH: that is what is tested)
        cwd=root / "mlops-infra",
        env=with_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ml-infra-deploy-pipeline-" in listed.stdout
