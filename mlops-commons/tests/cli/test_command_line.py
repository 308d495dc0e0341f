"""The command line as a shell sees it: exit codes, messages, and what `test` and `lint` run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.cli.upkeep import checks as check_verbs
from mlops_commons.config import load_config, placeholder_accounts
from mlops_commons.utilities.paths import REPOSITORY_ROOT


def command_line(*arguments: str, root: Path = REPOSITORY_ROOT) -> subprocess.CompletedProcess[str]:
    packages = os.pathsep.join(str(root / name) for name in ("mlops-commons", "mlops-infra"))
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_commons.cli", *arguments],
        env={**os.environ, "PYTHONPATH": packages},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.pure
@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (["infr"], "infra"),
        (["testt"], "test"),
        (["config", "validat"], "validate"),
        (["infra", "depoly", "--all"], "deploy"),
        (["template", "publsh"], "publish"),
        (["docs", "biuld"], "build"),
        (["synth"], "infra synth' or 'template synth"),
        (["deplyo", "--all"], "infra deploy' or 'template deploy"),
        (["list"], "infra list' or 'template list"),
    ],
)
def test_an_unknown_verb_exits_2_and_names_the_nearest(arguments: list[str], nearest: str) -> None:
    ended = command_line(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"Did you mean '{nearest}'?" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.pure
@pytest.mark.parametrize(
    "arguments",
    [
        ["infr"],
        ["infra", "depoly"],
        ["infra", "clean", "--unknown"],
        ["doctor", "--unknown"],
        ["doctor", "--newer", "--offline"],
        ["doctor", "--capacity", "0", "1"],
        ["config", "migrate"],
        ["check", "nothing"],
        ["--config"],
    ],
)
def test_every_mistake_in_a_command_is_told_in_a_line_that_begins_alike(
    arguments: list[str],
) -> None:
    ended = command_line(*arguments)
    assert ended.returncode == 2
    assert [line[:7] for line in ended.stderr.splitlines() if "rror:" in line] == ["error: "]


@pytest.mark.pure
@pytest.mark.parametrize("arguments", [[], ["infra"], ["docs"]])
def test_a_missing_verb_exits_2_and_shows_the_help(arguments: list[str]) -> None:
    ended = CliRunner().invoke(application, arguments)
    assert ended.exit_code == 2
    assert "Usage:" in ended.output


@pytest.mark.pure
@pytest.mark.parametrize(
    "arguments", [["--help"], ["infra", "--help"], ["config", "validate", "--help"], ["test", "-h"]]
)
def test_help_exits_0(arguments: list[str]) -> None:
    ended = CliRunner().invoke(application, arguments)
    assert (ended.exit_code, "Usage:" in ended.output) == (0, True)


@pytest.mark.pure
def test_the_version_is_printed() -> None:
    ended = CliRunner().invoke(application, ["--version"])
    assert (ended.exit_code, ended.output) == (0, "mlops-multi-account.sh 0.1.0\n")


@pytest.mark.pure
def test_the_configuration_here_is_valid_and_its_placeholders_are_named() -> None:
    ended = CliRunner().invoke(application, ["config", "validate"])
    assert (ended.exit_code, ended.output.count("valid: ")) == (0, 2)
    # In the repository of a set the accounts are filled in.
    assert ("placeholder account ids" in ended.output) == bool(placeholder_accounts(load_config()))


@pytest.mark.app
def test_a_broken_configuration_exits_1_with_a_report_and_without_a_traceback(
    tmp_path: Path,
) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", "cdk.out")
    for name in ("mlops-commons", "mlops-infra"):
        shutil.copytree(REPOSITORY_ROOT / name, tmp_path / name, ignore=ignore)
    file = tmp_path / "mlops-commons/mlops_commons/config/cdk-app.yml"
    file.write_text("cdk_app_config:\n  app_prefix: mlops\n  pipelin: {}\n")
    for arguments in (["config", "validate"], ["infra", "deploy"]):
        ended = command_line(*arguments, root=tmp_path)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("error: ")
        assert f"{file}:3: " in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.pure
def test_starting_the_command_line_imports_neither_the_cdk_nor_the_configuration() -> None:
    code = "import sys, mlops_commons.cli.application; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY_ROOT / "mlops-commons")}
    modules = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"aws_cdk", "jsii", "pydantic", "yaml", "botocore", "rich"} & set(modules)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that `test` and `lint` would run; here they succeed at once."""
    noted: list[list[str]] = []

    def note(arguments: list[object], **_: object) -> int:
        noted.append([Path(str(arguments[0])).name, *map(str, arguments[1:])])
        return 0

    monkeypatch.setattr(check_verbs, "run", note)
    return noted


@pytest.mark.pure
def test_test_runs_the_linters_and_then_all_tests_with_the_coverage_gate(
    commands: list[list[str]],
) -> None:
    assert CliRunner().invoke(application, ["test", "--random"]).exit_code == 0
    assert all({"--cov", "randomly"} < set(command) for command in commands[-2:])
    assert "ruff" in {command[0] for command in commands}
    commands.clear()
    # The packages together, then the entry point of each app.
    typed = len(list(REPOSITORY_ROOT.glob("mlops-*/app.py"))) + 1
    contracts = [
        file
        for file in (REPOSITORY_ROOT / "pyproject.toml", *REPOSITORY_ROOT.glob("*/pyproject.toml"))
        if "[tool.importlinter]" in file.read_text()
    ]
    assert CliRunner().invoke(application, ["test"]).exit_code == 0
    assert [command[0] for command in commands] == [
        *(
            "ruff",
            "ruff",
            "vermin",
            *["mypy"] * typed,
            *["lint-imports"] * len(contracts),
            "shellcheck",
            *["pytest"] * 2,
        )
    ]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fast"], ["-m", "pure or construct"]),
        (["--fast", "-x"], ["-m", "pure or construct", "-x"]),
        (["--fast", "--random"], ["-p", "randomly", "-m", "pure or construct"]),
        (["-k", "vpc", "some/path"], ["-k", "vpc", "some/path"]),
    ],
)
def test_a_part_of_the_tests_runs_without_linters_and_coverage(
    arguments: list[str], expected: list[str], commands: list[list[str]]
) -> None:
    CliRunner().invoke(application, ["test", *arguments])
    assert commands == [["pytest", "-n", "2", "--dist", "worksteal", *expected]]


@pytest.mark.pure
def test_the_whole_test_runs_each_tier_once_and_judges_the_coverage_of_both_parts(
    commands: list[list[str]],
) -> None:
    CliRunner().invoke(application, ["test"])
    fast, others = (command for command in commands if command[0] == "pytest")
    assert ("pure or construct" in fast, "not (pure or construct)" in others) == (True, True)
    assert "randomly" in fast and "randomly" not in others
    assert "--cov-fail-under=0" in fast and "--cov-fail-under=0" not in others
    assert "--cov-append" in others and "--cov-append" not in fast


@pytest.mark.pure
def test_lint_checks_every_shell_script(commands: list[list[str]]) -> None:
    CliRunner().invoke(application, ["lint"])
    assert {"mlops-multi-account.sh", ".ci/run"} < set(commands[-1])
    assert all("node_modules" not in argument for argument in commands[-1])


@pytest.mark.app
def test_the_exit_code_of_a_failing_test_run_is_passed_on() -> None:
    no_tests_collected = 5
    nothing = ("mlops-commons/tests/cli/test_synth.py", "-k", "no_such_test", "-n", "0")
    ended = command_line("test", *nothing)
    assert ended.returncode == no_tests_collected
    assert "'pytest' failed with exit code 5" in ended.stderr
