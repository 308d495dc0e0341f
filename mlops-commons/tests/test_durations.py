"""What takes long is said, with its time, and said before it takes as long again."""

import sys
from pathlib import Path

import pytest

from mlops_commons.utilities import durations
from mlops_commons.utilities.durations import Durations, working

pytestmark = pytest.mark.pure

LONG = "computing"


def test_a_log_is_told_once_and_how_long_it_took_the_last_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Durations(tmp_path / "durations.json")
    clock = iter([0.0, 41.6, 100.0, 100.5, 200.0, 200.0])
    monkeypatch.setattr(durations, "monotonic", lambda: next(clock))
    for said in ("computing ...\n", "computing ... (about 42 s the last time)\n", f"{LONG} ...\n"):
        with working(LONG, durations=kept):
            pass
        assert capsys.readouterr().err == said
    # What has become quick is said no more.
    assert kept.known() == {LONG: 0.5}


def test_nothing_is_said_where_a_script_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with working(LONG, quiet=True, durations=Durations(tmp_path / "durations.json")):
        pass
    assert capsys.readouterr().err == ""


def test_what_fails_is_no_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Durations(tmp_path / "durations.json")
    clock = iter([0.0, 60.0])
    monkeypatch.setattr(durations, "monotonic", lambda: next(clock))
    with pytest.raises(KeyboardInterrupt), working(LONG, quiet=True, durations=kept):
        raise KeyboardInterrupt
    assert not kept.known()


@pytest.mark.parametrize(("terminal", "wanted"), [("xterm", 1), ("dumb", 0)])
def test_a_terminal_shows_one_line_that_changes_and_leaves_nothing(
    terminal: str,
    wanted: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    kept = Durations(tmp_path / "durations.json")
    with working("outer", durations=kept):
        with working("inner", durations=kept):
            pass
        assert bool(durations._LINE.status) is bool(wanted)
    shown = capsys.readouterr().err
    assert "outer ..." in shown
    assert "\x1b[2K" in shown if wanted else "\x1b" not in shown
    assert durations._LINE.status is None


def test_a_folder_that_takes_no_file_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Durations(tmp_path / "file" / "durations.json").keep({LONG: 3.0})
