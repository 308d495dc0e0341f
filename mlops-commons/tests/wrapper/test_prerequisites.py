"""What a laptop lacks is installed by its own package manager: every family, with stubs on PATH."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

WRAPPER = REPOSITORY_ROOT / "mlops-multi-account.sh"
NEEDED = ("bash", "dirname", "env", "readlink", "sed", "tail", "tr", "cat")
"""What is on every system; nothing else of this machine is on the tests' PATH."""
APT = "apt-get install --no-install-recommends --no-upgrade"
DNF = "dnf install --setopt=install_weak_deps=False"
FAMILIES = [
    ("Darwin", "", "env HOMEBREW_NO_INSTALL_UPGRADE=1 brew install git python@3.13 awscli"),
    ("Linux", 'ID="amzn"\nVERSION_ID="2023"', f"{DNF} git python3.12 awscli-2"),
    ("Linux", 'ID="rhel"\nVERSION_ID="9.4"', f"{DNF} git python3.12"),
    ("Linux", 'ID="rhel"\nVERSION_ID="10.0"', f"{DNF} git python3"),
    ("Linux", 'ID="rocky"\nID_LIKE="rhel fedora"\nVERSION_ID="8.10"', f"{DNF} git python3.12"),
    ("Linux", 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"', f"{DNF} git python3.12"),
    ("Linux", "ID=fedora\nVERSION_ID=42", f"{DNF} git python3 awscli2"),
    ("Linux", 'ID=ubuntu\nVERSION_ID="22.04"', f"{APT} git python3.11 python3.11-venv"),
    ("Linux", 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"', f"{APT} git python3 python3-venv"),
    ("Linux", 'ID=debian\nVERSION_ID="12"', f"{APT} git python3 python3-venv awscli"),
]  # fmt: skip
UNSUPPORTED = [
    ("Linux", 'ID=debian\nVERSION_ID="11"'),
    ("Linux", 'ID="amzn"\nVERSION_ID="2"'),
    ("Linux", "ID=alpine\nVERSION_ID=3.22"),
    ("Linux", "ID=$(touch it-ran)\nVERSION_ID=`touch it-ran`"),
    ("MINGW64_NT-10.0", ""),
]
TOOLS = {
    "git": "echo git version 2.50.0",
    "python3": 'case "$1" in -c) echo usable "$0" ;; *) echo Python 3.13.0 ;; esac',
    "aws": "echo aws-cli/2.30.0",
}


@dataclass(frozen=True)
class Machine:
    """A machine of a family, with the tools that are there; what was run stands in `log`."""

    folder: Path
    kernel: str

    @property
    def log(self) -> list[str]:
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []

    def give(self, name: str, program: str) -> None:
        """Put a program on PATH."""
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/bash\n{program}\n")
        file.chmod(0o755)

    def run(self, *arguments: str, user: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run the wrapper there."""
        self.give("uname", f"echo {self.kernel}")
        self.give("id", f"echo {user}")
        environment = {
            "PATH": str(self.folder / "bin"),
            "HOME": str(self.folder),
            "MLOPS_OS_RELEASE": str(self.folder / "os-release"),
        }
        return subprocess.run(
            [WRAPPER, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def machine(folder: Path, kernel: str, release: str, *tools: str) -> Machine:
    """A machine whose package managers note what they are asked and bring the tools."""
    (folder / "bin").mkdir()
    (folder / "os-release").write_text(f"NAME=Any\n{release}\n")
    for name in NEEDED:
        program = shutil.which(name)
        assert program
        (folder / "bin" / name).symlink_to(program)
    made = Machine(folder, kernel)
    packages = folder / "packages"
    packages.mkdir()
    for name, text in TOOLS.items():
        (packages / name).write_text(f"#!/bin/bash\n{text}\n")
        (packages / name).chmod(0o755)
        if name in tools:
            (folder / "bin" / name).symlink_to(packages / name)
    copy = f"{shutil.which('cp')} -n {packages}/* {folder}/bin/"
    note = f'echo "${{0##*/}} $*" >>{folder}/log'
    for manager in ("apt-get", "dnf", "brew"):
        made.give(manager, f'{note}\n[ "$1" = update ] || {copy}')
    made.give("sudo", f'{note}\nexec "$@"')
    return made


@pytest.mark.parametrize(("kernel", "release", "command"), FAMILIES)
def test_an_empty_machine_gets_exactly_its_packages(
    kernel: str, release: str, command: str, tmp_path: Path
) -> None:
    empty = machine(tmp_path, kernel, release)
    done = empty.run("prerequisites")
    assert done.returncode == 0, done.stderr
    update = ["apt-get update"] if command.startswith("apt-get") else []
    assert empty.log == [*update, command.partition("HOMEBREW_NO_INSTALL_UPGRADE=1 ")[2] or command]
    assert "all that is needed is there" in done.stderr


@pytest.mark.parametrize(("kernel", "release", "command"), FAMILIES)
def test_a_dry_run_prints_the_commands_and_runs_none(
    kernel: str, release: str, command: str, tmp_path: Path
) -> None:
    empty = machine(tmp_path, kernel, release)
    done = empty.run("install", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == command
    assert empty.log == []


@pytest.mark.parametrize(("kernel", "release", "command"), FAMILIES)
def test_where_everything_is_there_nothing_is_run(
    kernel: str, release: str, command: str, tmp_path: Path
) -> None:
    full = machine(tmp_path, kernel, release, *TOOLS)
    done = full.run("dependencies")
    assert done.returncode == 0, done.stderr
    assert full.log == []


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    debian = machine(tmp_path, "Linux", "ID=debian\nVERSION_ID=12", "git", "aws")
    assert debian.run("prerequisites", "--yes").returncode == 0
    install = APT.replace("get install", "get install --yes")
    assert debian.log == ["apt-get update", f"{install} python3 python3-venv"]


def test_an_old_aws_cli_counts_as_missing(tmp_path: Path) -> None:
    fedora = machine(tmp_path, "Linux", "ID=fedora\nVERSION_ID=42", "git", "python3")
    fedora.give("aws", "echo aws-cli/1.44.0")
    done = fedora.run("prerequisites")
    assert fedora.log == [f"{DNF} awscli2"]
    assert f"an older one comes first on PATH: {tmp_path}/bin/aws" in done.stderr


def test_without_root_the_package_manager_runs_with_sudo(tmp_path: Path) -> None:
    fedora = machine(tmp_path, "Linux", "ID=fedora\nVERSION_ID=42", "git", "python3")
    assert fedora.run("prerequisites", user=1000).returncode == 0
    assert fedora.log == [f"sudo {DNF} awscli2", f"{DNF} awscli2"]


def test_without_root_and_sudo_it_says_what_root_has_to_run(tmp_path: Path) -> None:
    fedora = machine(tmp_path, "Linux", "ID=fedora\nVERSION_ID=42", "python3", "aws")
    (tmp_path / "bin" / "sudo").unlink()
    done = fedora.run("prerequisites", user=1000)
    assert done.returncode == 1
    assert f"as root: {DNF} git" in done.stderr
    assert fedora.log == []


def test_a_failing_package_manager_ends_it_with_its_exit_code(tmp_path: Path) -> None:
    debian = machine(tmp_path, "Linux", "ID=debian\nVERSION_ID=12")
    debian.give("apt-get", '[ "$1" = update ] || exit 100')
    done = debian.run("prerequisites")
    assert done.returncode == 100
    assert f"'{APT} git" in done.stderr
    assert "continue with: ./mlops-multi-account.sh prerequisites" in done.stderr


def test_what_is_not_there_after_the_installation_is_an_error(tmp_path: Path) -> None:
    debian = machine(tmp_path, "Linux", "ID=debian\nVERSION_ID=12", "python3", "aws")
    debian.give("apt-get", "true")
    done = debian.run("prerequisites")
    assert done.returncode == 1
    assert "'git' is still not usable" in done.stderr


def test_macos_without_homebrew_says_where_it_comes_from(tmp_path: Path) -> None:
    mac = machine(tmp_path, "Darwin", "")
    (tmp_path / "bin" / "brew").unlink()
    done = mac.run("prerequisites")
    assert done.returncode == 1
    assert "https://brew.sh" in done.stderr


@pytest.mark.parametrize(("kernel", "release"), UNSUPPORTED)
def test_an_unsupported_system_is_told_what_is_needed(
    kernel: str, release: str, tmp_path: Path
) -> None:
    other = machine(tmp_path, kernel, release)
    done = other.run("prerequisites")
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr
    assert not (tmp_path / "it-ran").exists()
    assert other.log == []


def test_an_unknown_option_exits_2_and_is_named(tmp_path: Path) -> None:
    done = machine(tmp_path, "Darwin", "").run("prerequisites", "--upgrade")
    assert done.returncode == 2
    assert "'--upgrade'" in done.stderr


@pytest.mark.parametrize(
    "options",
    [["--dryrun"], ["--yes", "--dryrun"], ["--bogus"], ["extra"], ["-n"], ["--dry-run=1"]],
)
def test_a_mistyped_flag_of_setup_is_refused_before_anything_is_installed(
    options: list[str], tmp_path: Path
) -> None:
    empty = machine(tmp_path, "Linux", 'ID=debian\nVERSION_ID="12"')
    done = empty.run("setup", *options)
    assert (done.returncode, empty.log) == (2, [])
    assert f"unknown option '{options[-1]}'; allowed: --dry-run, --yes, --help" in done.stderr
    assert "next: ./mlops-multi-account.sh setup --help" in done.stderr


def test_setup_begins_with_the_prerequisites_and_stops_when_they_fail(tmp_path: Path) -> None:
    done = machine(tmp_path, "Linux", "ID=alpine").run("setup")
    assert done.returncode == 1
    assert "not supported" in done.stderr
    assert "step 2" not in done.stderr


def test_this_machine_has_what_it_needs() -> None:
    done = subprocess.run(
        [WRAPPER, "prerequisites", "--dry-run"],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "git: there (git version" in done.stderr
    assert "python: there (Python 3." in done.stderr
