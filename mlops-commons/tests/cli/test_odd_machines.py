"""Full disks, folders of others, a home that is not there: one clear error, or it works."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_commons.cli import environment
from mlops_commons.cli.environment import caller_home, check_room, child_environment
from mlops_commons.cli.errors import reported_errors
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct


@pytest.fixture
def fresh_tempfile() -> Iterator[None]:
    """Python looks for its folder once in a process."""
    before, tempfile.tempdir = tempfile.tempdir, None
    yield
    tempfile.tempdir = before


@pytest.mark.usefixtures("fresh_tempfile")
def test_programs_get_a_folder_for_temporary_files_that_can_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Node would take it as it is, and end in the middle of a synth."""
    monkeypatch.setenv("TMPDIR", "/no/such/folder")
    found = Path(child_environment()["TMPDIR"])
    assert found.is_dir()
    assert os.access(found, os.W_OK)


def test_a_disk_without_room_is_named_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_room(tmp_path)
    monkeypatch.setattr(environment, "ROOM", 1 << 62)
    with pytest.raises(PlatformError, match=r"KiB left; .* are needed") as caught:
        check_room(tmp_path)
    assert "TMPDIR" in caught.value.hint


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_checkout_of_somebody_else_is_named_before_anything_is_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(PlatformError, match="this checkout cannot be written"):
        check_room(tmp_path)


def fill_a_disk() -> None:
    with Path("/dev/full").open("w") as file:
        file.write("x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_an_error_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, reported_errors():
        fill_a_disk()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error: cannot use: No space left on device\n  next: free space")


@pytest.mark.usefixtures("fresh_tempfile")
def test_a_machine_without_any_folder_for_temporary_files_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/no/such/folder"])
    with pytest.raises(SystemExit), reported_errors():
        child_environment()
    assert "name a folder with room by TMPDIR" in capsys.readouterr().err


def test_an_error_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(FileNotFoundError), reported_errors():
        Path("/no/such/file").read_text()


def test_a_user_without_a_home_has_the_folder_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container runs with any user id, and has no line for it in /etc/passwd."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 471142)
    assert caller_home() == Path(tempfile.gettempdir())
