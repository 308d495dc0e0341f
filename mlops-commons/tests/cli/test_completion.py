"""What a shell offers at the tab key: verbs, groups and options, with real shells."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlops_commons.cli import offered as offered_values
from mlops_commons.cli.application import application
from mlops_commons.cli.completion import SCRIPTS, Shell
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, SAMPLE

PROGRAM = "./mlops-multi-account.sh"
BASH = """
source <({program} completion bash)
COMP_WORDS=({program} {words}); COMP_CWORD={count}
_mlops_multi_account {program}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ print -r -- "compdef $*" }}
source <({program} completion zsh)
_arguments() {{ print -r -- "$@" }}
_files() {{ print -r -- files }}
words=({program} {words}); CURRENT={count}
_mlops_multi_account
"""


def offered(shell: str, script: str) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} on this machine")
    flags = ["-f"] if shell == "zsh" else ["--norc"]
    ended = subprocess.run(
        [program, *flags, "-c", script],
        cwd=REPOSITORY_ROOT,
        env={**os.environ, "MLOPS_CONFIG": str(SAMPLE.with_name("two-sets"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.app
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("inf", ["infra"]),
        ("config val", ["validate"]),
        ("generate --ch", ["--check"]),
        ("infra dep", ["deploy"]),
        ("template pub", ["publish", "publish-assets"]),
        ("completion z", ["zsh"]),
        ("completion f", ["fish"]),
        ("bootstrap --set ret", ["retail"]),
        ("bootstrap --stage gov", ["governance"]),
        ("config show --stage retail/pre", ["retail/preprod"]),
        ("config explain sagemaker.mlf", ["sagemaker.mlflow"]),
        ("rehearse --config examples/two-se", ["examples/two-sets/cdk-app.yml"]),
        ("template publish --set ret", ["retail"]),
        ("rehearse --until prom", ["promotion"]),
        ("access --product by", ["byoc"]),
    ],
)
def test_bash_is_offered_what_begins_so(words: str, expected: list[str]) -> None:
    count = len(words.split())
    script = BASH.format(program=PROGRAM, words=words, count=count)
    assert offered("bash", script).splitlines() == expected


@pytest.mark.app
def test_zsh_is_offered_verbs_with_what_they_do() -> None:
    script = ZSH.format(program=PROGRAM, words="inf", count=2)
    printed = offered("zsh", script)
    assert "compdef _mlops_multi_account mlops-multi-account.sh" in printed
    assert '"infra":"Run a verb of the CDK CLI' in printed


@pytest.mark.app
def test_fish_is_offered_values_by_its_script_and_by_the_words_that_the_script_sends() -> None:
    script = SCRIPTS[Shell.FISH].format(variable="_MLOPS_COMPLETE", program="m.sh")
    sent = {"_MLOPS_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert all(name in script for name in (*sent, "_TYPER_COMPLETE_ARGS"))
    ended = subprocess.run(
        [PROGRAM],
        cwd=REPOSITORY_ROOT,
        env={
            **os.environ,
            **sent,
            "_TYPER_COMPLETE_ARGS": f"{PROGRAM} bootstrap --set ret",
            "MLOPS_CONFIG": str(SAMPLE.with_name("two-sets")),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout.split()) == (0, ["retail"])


@pytest.mark.pure
def test_a_configuration_that_cannot_be_read_offers_nothing_and_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> list[str]:
        raise PlatformError("no")

    assert offered_values.offer(broken)("") == []
    assert offered_values.offer(lambda: ["dev", "prod"])("p") == ["prod"]
    assert capsys.readouterr().out == ""


@pytest.mark.pure
@pytest.mark.parametrize("shell", list(Shell))
def test_each_shell_has_a_script_and_no_file_is_written(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ended = CliRunner().invoke(application, ["completion", shell.value])
    assert (ended.exit_code, "_MLOPS_COMPLETE=complete_" in ended.output) == (0, True)
    assert [*tmp_path.iterdir()] == []
    assert set(SCRIPTS) == set(Shell)


@pytest.mark.pure
def test_an_unknown_shell_exits_2_and_names_the_known_ones() -> None:
    ended = CliRunner().invoke(application, ["completion", "tcsh"])
    assert ended.exit_code == 2
    assert "'bash', 'fish', 'zsh'" in ended.output


@pytest.mark.app
def test_a_shell_that_asks_does_not_wait_for_a_set_up(tmp_path: Path) -> None:
    scripts = "mlops-commons/mlops_commons/scripts"
    shutil.copytree(REPOSITORY_ROOT / scripts, tmp_path / scripts)
    shutil.copy(REPOSITORY_ROOT / "mlops-multi-account.sh", tmp_path)
    ended = subprocess.run(
        [str(tmp_path / "mlops-multi-account.sh")],
        env={**os.environ, "_MLOPS_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert not (tmp_path / ".venv").exists()
