"""`--config FOLDER` with any verb: two environments, one checkout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_lines import configured, environment_of

from mlops_commons.cli.environments import VARIABLE, choose
from mlops_commons.utilities.paths import CONFIG_VARIABLE, EXAMPLES, SAMPLE

TWO_SETS = EXAMPLES / "two-sets"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment is chosen, and what a test chooses is gone after it."""
    monkeypatch.setenv(VARIABLE, "")


def run(checkout: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_commons.cli", *arguments],
        cwd=checkout,
        env={**environment_of(checkout), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.pure
def test_both_modules_name_the_same_variable() -> None:
    assert VARIABLE == CONFIG_VARIABLE


@pytest.mark.pure
@pytest.mark.parametrize(
    ("arguments", "rest", "chosen"),
    [
        (["infra", "synth"], ["infra", "synth"], ""),
        (["--config", "FOLDER", "infra", "synth"], ["infra", "synth"], "FOLDER"),
        (["--config=FOLDER", "doctor"], ["doctor"], "FOLDER"),
        (["--config", "FOLDER/cdk-app.yml", "doctor"], ["doctor"], "FOLDER"),
        (["rehearse", "--config", "file.yml"], ["rehearse", "--config", "file.yml"], ""),
        (["infra", "synth", "--config", "FOLDER"], ["infra", "synth"], "FOLDER"),
        (["costs", "--config=FOLDER", "--json"], ["costs", "--json"], "FOLDER"),
        (["--config=FOLDER", "costs", "--config", "FOLDER"], ["costs"], "FOLDER"),
        (["infra", "synth", "--", "--config", "x"], ["infra", "synth", "--", "--config", "x"], ""),
        (
            ["--config", "FOLDER", "rehearse", "--config", "f"],
            ["rehearse", "--config", "f"],
            "FOLDER",
        ),
        ([], [], ""),
    ],
)
def test_an_environment_is_chosen_before_or_behind_the_verb(
    arguments: list[str], rest: list[str], chosen: str, tmp_path: Path
) -> None:
    named = [word.replace("FOLDER", str(tmp_path)) for word in arguments]
    assert choose(named) == rest
    assert os.environ[VARIABLE] == (str(tmp_path) if chosen else "")


@pytest.mark.pure
@pytest.mark.parametrize(
    "arguments",
    [
        ["--config"],
        ["--config="],
        ["--config", __file__],
        ["--config", "~nobody-of-this-machine/x"],
        ["doctor", "--config", "--", "x"],
    ],
)
def test_what_is_no_folder_exits_2_and_says_what_is_wanted(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        choose(arguments)
    assert ended.value.code == 2
    assert "name a folder with cdk-app.yml" in capsys.readouterr().err


@pytest.mark.app
def test_two_environments_in_one_command_are_refused(tmp_path: Path) -> None:
    checkout = configured(tmp_path)
    twice = ("--config", str(TWO_SETS), "config", "show", "--config", str(SAMPLE))
    refused = run(checkout, *twice)
    assert refused.returncode == 2
    said = f"error: --config is given twice, as '{TWO_SETS}' and as '{SAMPLE}'"
    assert refused.stderr.startswith(said)


@pytest.mark.app
def test_verbs_read_the_folder_and_leave_the_files_of_the_checkout_alone(tmp_path: Path) -> None:
    checkout = configured(tmp_path)
    own = json.loads(run(checkout, "config", "show", "--json").stdout)
    by_option = run(checkout, "config", "show", "--config", str(TWO_SETS), "--json")
    by_variable = run(checkout, "config", "show", "--json", **{VARIABLE: str(TWO_SETS)})
    assert by_option.stdout == by_variable.stdout
    shown = by_option.stdout
    assert "credit/prod" in shown and "credit" not in json.dumps(own)


@pytest.mark.app
def test_an_environment_that_is_not_there_yet_is_made_by_config(tmp_path: Path) -> None:
    checkout = configured(tmp_path)
    before = {f: f.read_bytes() for f in checkout.glob("mlops-*/**/*.yml")}
    folder = tmp_path / "environments" / "prod"
    missing = run(checkout, "--config", str(folder), "config", "validate")
    assert missing.returncode == 1
    assert f"./mlops-multi-account.sh --config {folder} config" in missing.stderr
    made = run(
        checkout,
        *("--config", str(folder), "config", "--non-interactive", "--region", "eu-west-1"),
        *("--governance-account", "100000000001", "--stage", "retail/dev=100000000002"),
    )
    assert made.returncode == 0, made.stderr
    assert run(checkout, "--config", str(folder), "config", "validate").returncode == 0
    for name in ("cdk-app", "cdk-infra-app"):
        # Where editors look for it: from the folder of the file.
        first, _, _ = (folder / f"{name}.yml").read_text().partition("\n")
        schema = folder.resolve() / first.partition("$schema=")[2]
        assert schema.name == f"{name}.schema.json" and schema.resolve().is_file()
    assert {f: f.read_bytes() for f in checkout.glob("mlops-*/**/*.yml")} == before


@pytest.mark.app
def test_what_is_kept_of_one_environment_is_not_taken_for_another_one(tmp_path: Path) -> None:
    checkout = configured(tmp_path)
    code = "from mlops_commons.config.published import PUBLISHED; print(PUBLISHED)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**environment_of(checkout), VARIABLE: folder},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.rpartition("build")[2]
        for folder in ("", "/a/prod", "/b/prod", str(SAMPLE))
    }
    assert len(found) == 4
