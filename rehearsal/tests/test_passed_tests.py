"""Tests of a build that are not run again, and everything that is."""

import subprocess
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_rehearsal.player.buildspec import read_buildspec
from mlops_rehearsal.player.passed_tests import TESTS as BEGINNINGS
from mlops_rehearsal.player.passed_tests import PassedTests, content_of, passed_before

TESTS = "python -m pytest --version && echo tested >> ran"
SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - {}\n      - echo built >> ran\n"


def build(folder: Path, title: str, command: str = TESTS, stamp: str = "") -> tuple[int, str]:
    """Play a build of the folder's repository; its exit code and all that has been run so far."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "module.py").write_text("x = 1\n")
    passed = PassedTests(folder / "passed")
    content = content_of(source, {"STAMP": stamp})
    spec = read_buildspec(SPEC.format(command))
    (folder / "script").write_text(spec.script(lambda c: passed.once(c, content, title)))
    with (folder / "log").open("wb") as log:
        done = subprocess.run(["/bin/sh", folder / "script"], cwd=folder, stdout=log, check=False)
    ran = folder / "ran"
    return done.returncode, ran.read_text() if ran.exists() else ""


@pytest.mark.pure
def test_tests_that_have_passed_are_not_run_again_and_the_log_says_where(tmp_path: Path) -> None:
    assert build(tmp_path, "first") == (0, "tested\nbuilt\n")
    assert passed_before(tmp_path / "log") == []
    assert build(tmp_path, "second") == (0, "tested\nbuilt\nbuilt\n")
    assert passed_before(tmp_path / "log") == ["first"]


@pytest.mark.pure
def test_another_file_mode_or_variable_runs_them_again(tmp_path: Path) -> None:
    build(tmp_path, "first")
    (tmp_path / "source" / "another.py").write_text("y = 2\n")
    assert build(tmp_path, "second")[1].count("tested") == 2
    (tmp_path / "source" / "another.py").chmod(0o755)
    assert build(tmp_path, "third")[1].count("tested") == 3
    assert build(tmp_path, "fourth", stamp="other")[1].count("tested") == 4


@pytest.mark.pure
def test_tests_that_have_failed_are_run_again_and_fail_the_build(tmp_path: Path) -> None:
    failing = f"{TESTS} && false"
    assert build(tmp_path, "first", failing) == (1, "tested\n")
    assert build(tmp_path, "second", failing) == (1, "tested\ntested\n")


@pytest.mark.pure
def test_the_tests_of_a_projects_repositories_are_known() -> None:
    bases = REPOSITORY_ROOT / APP_DIRECTORIES["template"] / "cdk_service_catalog" / "seed_bases"
    specs = [read_buildspec(file.read_text()) for file in bases.glob("*/buildspec.yml")]
    for spec in specs:
        commands = [command for _, phase in spec.phases for command in phase]
        assert any(command.startswith(BEGINNINGS) for command in commands)
    assert len(specs) == 2


@pytest.mark.construct
def test_the_gate_of_a_delivery_is_known_and_its_synthesis_is_none() -> None:
    from mlops_commons.cdk.delivered_app import DeliveredApp

    app = DeliveredApp(name="infra", title="t", directory="d", content="c")
    assert {" synth " in c: c.startswith(BEGINNINGS) for c in app.synth_commands} == {
        True: False,
        False: True,
    }
