"""Coverage of the emulator: measured where whoever starts it is measured."""

from pathlib import Path

import coverage
import pytest

from mlops_rehearsal.emulator.server import PLUGIN, Emulator

pytestmark = pytest.mark.app


def test_a_measured_process_measures_the_emulator_that_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring = coverage.Coverage(
        config_file=False,
        data_file=str(tmp_path / "data" / "measured"),
        data_suffix=True,
        source_pkgs=["ministack_aws"],
    )
    (tmp_path / "data").mkdir()
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)
    monkeypatch.setenv("COVERAGE_PROCESS_CONFIG", measuring.config.serialize())
    with Emulator("eu-west-1", tmp_path / "emulator") as emulator:
        assert emulator.decisions() == []
    (file,) = (tmp_path / "data").iterdir()
    data = coverage.CoverageData(str(file))
    data.read()
    lines = data.lines(str(PLUGIN / "ministack_aws" / "access" / "decisions.py"))
    assert lines
    assert len(lines) > 40
