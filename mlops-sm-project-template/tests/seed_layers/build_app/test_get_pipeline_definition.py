"""The command that prints a compiled pipeline."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ml_pipelines.discovery import pipeline_modules
from ml_pipelines.get_pipeline_definition import main
from ml_pipelines.settings import VARIABLES
from ml_pipelines.sources import REPOSITORY


@pytest.mark.parametrize("module", pipeline_modules())
def test_every_pipeline_of_the_repository_compiles_to_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str
) -> None:
    file = tmp_path / "definition.json"
    _call(monkeypatch, "--example", "--module-name", module, "--file-name", str(file))
    assert main() == 0
    assert json.loads(file.read_text())["Version"] == "2020-12-01"


def test_without_settings_it_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    _call(monkeypatch)
    assert main() == 1
    written = capsys.readouterr()
    assert "SAGEMAKER_PIPELINE_ROLE_ARN" in written.err
    assert written.out == ""


def test_an_unknown_pipeline_is_answered_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _call(monkeypatch, "--module-name", "unknown")
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 2
    assert pipeline_modules()[0] in capsys.readouterr().err


RUN_AS_INSTALLED = """
import sys
from ml_pipelines.get_pipeline_definition import main
sys.exit(main())
"""


@pytest.mark.parametrize("inside", [True, False])
def test_an_installed_copy_reads_the_repository_that_it_runs_in(
    tmp_path: Path, inside: bool
) -> None:
    shutil.copytree(REPOSITORY / "ml_pipelines", tmp_path / "site" / "ml_pipelines")
    done = subprocess.run(
        # -P: as a console script, which does not import from the folder that it runs in.
        [sys.executable, "-P", "-c", RUN_AS_INSTALLED, "--example"],
        cwd=REPOSITORY if inside else tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if inside:
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["Steps"]
    else:
        assert done.returncode == 1
        assert "run the command in the folder of the repository" in done.stderr
        assert "Traceback" not in done.stderr


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["get-pipeline-definition", *arguments])
