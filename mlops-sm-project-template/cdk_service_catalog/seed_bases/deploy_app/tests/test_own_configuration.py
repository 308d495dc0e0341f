"""What config/*.yml say can be deployed."""

from pathlib import Path

import pytest
from synthesis import STAGES, templates

from deploy_app.lint import main as lint

OWN = Path(__file__).resolve().parents[1] / "config"


def test_the_repository_s_own_configuration_makes_templates_that_cfn_lint_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy_app.stage_files.FOLDER", OWN)
    assert templates(tmp_path).keys() == set(STAGES)
    monkeypatch.chdir(tmp_path)
    assert lint(tmp_path) == 0
