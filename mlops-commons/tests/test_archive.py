"""The zip of a snapshot: equal content gives equal bytes, and a set adds its own files only."""

import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from mlops_commons.utilities.archive import archive
from mlops_commons.utilities.snapshot import Snapshot, layered

pytestmark = pytest.mark.pure

SETTINGS = PurePosixPath("config/settings.yml")


def content(folder: Path, **texts: str) -> Snapshot:
    for name, text in {"b.py": "b\n", "a/run": "#!/bin/sh\n", str(SETTINGS): "all\n"}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts.get(file.stem, text))
    (folder / "a" / "run").chmod(0o700)
    return layered(folder)


def entries(file: Path) -> dict[str, tuple[int, str]]:
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        return {
            entry.filename: (entry.external_attr >> 16 & 0o777, opened.read(entry).decode())
            for entry in opened.infolist()
        }


@pytest.mark.parametrize(("keeps_modes", "mode"), [(False, 0o644), (True, 0o755)])
def test_it_holds_every_file_with_its_content_and_a_plain_mode(
    tmp_path: Path, keeps_modes: bool, mode: int
) -> None:
    assert entries(archive(replace(content(tmp_path), keeps_modes=keeps_modes))) == {
        "a/run": (mode, "#!/bin/sh\n"),
        "b.py": (0o644, "b\n"),
        "config/settings.yml": (0o644, "all\n"),
    }


def test_equal_content_gives_equal_bytes_whatever_the_times_and_modes(tmp_path: Path) -> None:
    one, other = content(tmp_path / "one"), content(tmp_path / "other")
    first = archive(one)
    before = first.read_bytes()
    first.unlink()  # else the second would be the first
    (tmp_path / "other" / "b.py").touch()
    (tmp_path / "other" / "b.py").chmod(0o600)
    assert archive(other) == first
    assert first.read_bytes() == before


def test_it_is_made_once_for_equal_content(tmp_path: Path) -> None:
    first = archive(content(tmp_path / "one"))
    made = first.stat().st_mtime_ns
    again = archive(content(tmp_path / "other"))
    assert (again, again.stat().st_mtime_ns) == (first, made)
    assert archive(content(tmp_path / "third", b="changed\n")) != first


def test_a_replaced_file_is_there_once_with_the_other_content(tmp_path: Path) -> None:
    shared = content(tmp_path)
    of_a_set = shared.replacing({SETTINGS: "one set\n", PurePosixPath("not/there.yml"): "x"})
    found = entries(archive(of_a_set))
    assert found == {**entries(archive(shared)), str(SETTINGS): (0o644, "one set\n")}
    with zipfile.ZipFile(archive(of_a_set)) as opened:
        assert len(opened.namelist()) == len(found)


def test_the_archive_of_a_set_is_the_shared_one_and_its_own_files(tmp_path: Path) -> None:
    of_a_set = content(tmp_path).replacing({SETTINGS: "one set\n"})
    common = archive(of_a_set.without_replaced())
    with zipfile.ZipFile(common) as opened:
        shared = common.read_bytes()[: opened.start_dir]
    assert shared
    assert archive(of_a_set).read_bytes().startswith(shared)
