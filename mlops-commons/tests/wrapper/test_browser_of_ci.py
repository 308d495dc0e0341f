"""A run of CI gets a browser where it may have one, says so in a line, and never fails for it."""

import subprocess
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

SCRIPT = REPOSITORY_ROOT / ".ci" / "browser.sh"
GETS_IT = 'echo "$*" >>"$LOG"; case "$1" in install) printf "#!/bin/sh\\n" >"$BIN/chromium"; \
/bin/chmod +x "$BIN/chromium" ;; esac'
KNOWS_IT_AFTER_UPDATE = f'case "$1" in install) [ -e "$LOG" ] || {{ echo "$*" >>"$LOG"; exit 100; \
}} ;; esac; {GETS_IT}'
REFUSES = 'echo "$*" >>"$LOG"; echo "E: no network"; exit 100'
INSTALL = "install --yes --no-install-recommends chromium"


def given(folder: Path, *, user: str = "0", **programs: str) -> tuple[str, list[str]]:
    """What CI prints on a machine with these programs, and what it has asked apt-get for."""
    tools = folder / "bin"
    tools.mkdir()
    stubs = {"id": f"echo {user}", "timeout": 'shift; exec "$@"', **programs}
    for name, text in stubs.items():
        file = tools / name.replace("_", "-")
        file.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        file.chmod(0o755)
    for name in ("bash", "env", "mktemp", "rm", "tail"):
        (tools / name).symlink_to(Path("/usr/bin") / name)
    log = folder / "log"
    surroundings = {"PATH": str(tools), "LOG": str(log), "BIN": str(tools), "TMPDIR": str(folder)}
    ended = subprocess.run(
        ["/bin/bash", str(SCRIPT)], env=surroundings, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    (line,) = ended.stdout.splitlines()
    return line, log.read_text().splitlines() if log.exists() else []


def test_a_browser_that_is_there_is_used(tmp_path: Path) -> None:
    line, asked = given(tmp_path, google_chrome="exit 1", apt_get=GETS_IT)
    assert (line.endswith("google-chrome is here"), asked) == (True, [])


def test_one_is_installed_where_root_has_apt_get(tmp_path: Path) -> None:
    line, asked = given(tmp_path, apt_get=GETS_IT)
    assert line == f"browser: installed {tmp_path}/bin/chromium"
    assert asked == [INSTALL]


def test_lists_of_packages_are_read_again_where_they_are_missing(tmp_path: Path) -> None:
    line, asked = given(tmp_path, apt_get=KNOWS_IT_AFTER_UPDATE)
    assert line.startswith("browser: installed")
    assert asked == [INSTALL, "update", INSTALL]


@pytest.mark.parametrize(
    "machine", [{"user": "1000", "apt_get": GETS_IT}, {}], ids=["no root", "no apt-get"]
)
def test_nothing_is_tried_without_root_or_apt_get(tmp_path: Path, machine: dict[str, str]) -> None:
    line, asked = given(tmp_path, **machine)
    assert "none can be installed without root and apt-get" in line
    assert asked == []


def test_a_package_that_cannot_be_had_fails_nothing(tmp_path: Path) -> None:
    line, asked = given(tmp_path, apt_get=REFUSES)
    assert "could not install chromium (E: no network); tests in one are skipped" in line
    assert asked == [INSTALL, "update"]


def test_ci_asks_for_a_browser_before_it_runs_the_command_of_the_readme() -> None:
    lines = (REPOSITORY_ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == [".ci/browser.sh || true", "./mlops-multi-account.sh test"]
