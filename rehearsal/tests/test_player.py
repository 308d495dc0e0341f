"""What the player of pipelines understands of a pipeline and of a buildspec."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.buildspec import read_buildspec
from mlops_rehearsal.player.variables import may_enter, resolved

pytestmark = pytest.mark.pure

VARIABLES = {"Synth": {"MODEL": "arn:1"}, "Source": {"CommitId": "abc"}}


def test_a_reference_becomes_what_an_action_has_exported() -> None:
    assert resolved("tag #{Source.CommitId} of #{Synth.MODEL}", VARIABLES) == "tag abc of arn:1"


def test_a_variable_that_nobody_has_exported_ends_the_run() -> None:
    with pytest.raises(PlatformError, match=r"#\{Synth.OTHER\}.*known: Synth.MODEL"):
        resolved("#{Synth.OTHER}", VARIABLES)


def condition(operator: str, value: str, result: str = "SKIP") -> dict[str, Any]:
    configuration = {"Variable": "#{Synth.MODEL}", "Operator": operator, "Value": value}
    rule = {"ruleTypeId": {"provider": "VariableCheck"}, "configuration": configuration}
    return {"result": result, "rules": [rule]}


@pytest.mark.parametrize(
    ("operator", "value", "enters"),
    [("NE", "none", True), ("NE", "arn:1", False), ("EQ", "arn:1", True), ("EQ", "none", False)],
)
def test_a_stage_is_entered_when_its_conditions_hold(
    operator: str, value: str, enters: bool
) -> None:
    assert may_enter((condition(operator, value),), VARIABLES) is enters


def test_a_condition_that_does_not_skip_is_not_guessed_at() -> None:
    with pytest.raises(PlatformError, match="VariableCheck that FAIL are not played"):
        may_enter((condition("NE", "none", "FAIL"),), VARIABLES)


def build(folder: Path, *commands: str) -> tuple[int, str]:
    lines = "".join(f"      - {command}\n" for command in commands)
    spec = read_buildspec(
        "version: 0.2\nenv:\n  shell: bash\n  exported-variables: [MODEL, MISSING]\n"
        f"phases:\n  build:\n    commands:\n{lines}"
    )
    exported = folder / "exported"
    exported.touch()
    (folder / "script").write_text(spec.script())
    done = subprocess.run(
        ["/bin/bash", str(folder / "script")],
        env={"EXPORTED_VARIABLES": str(exported)},
        capture_output=True,
        check=False,
    )
    return done.returncode, exported.read_text()


def test_a_build_exports_the_variables_that_its_buildspec_names(tmp_path: Path) -> None:
    code, exported = build(tmp_path, 'export MODEL="$(echo arn:2)"', "OTHER=3")
    assert (code, exported) == (0, "MODEL=arn:2\nMISSING=\n")


def test_a_failed_build_exports_nothing(tmp_path: Path) -> None:
    code, exported = build(tmp_path, "MODEL=arn:2", "exit_with() { return 4; }; exit_with")
    assert (code, exported) == (4, "")
