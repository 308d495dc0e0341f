"""An archive is unpacked below its target, and one that reaches outside is refused."""

import io
import tarfile
from pathlib import Path

import pytest
from archives import unpack


def archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for member in members:
            member.size = 5 if member.isfile() else 0
            packed.addfile(member, io.BytesIO(b"model"[: member.size]))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def test_files_and_folders_are_unpacked(tmp_path: Path) -> None:
    made = archive(tmp_path / "model.tar.gz", member("./code/inference.py"), member("model.joblib"))
    unpack(made, tmp_path / "unpacked")
    assert (tmp_path / "unpacked/code/inference.py").read_text() == "model"
    assert (tmp_path / "unpacked/model.joblib").read_text() == "model"


@pytest.mark.parametrize(
    "hostile",
    [
        member("../outside"),
        member("inside/../../outside"),
        member("link", tarfile.SYMTYPE, "../outside"),
        member("link", tarfile.LNKTYPE, "../outside"),
        member("device", tarfile.CHRTYPE),
    ],
    ids=lambda made: f"{made.name}-{made.type.decode()}",
)
def test_what_reaches_outside_is_refused(hostile: tarfile.TarInfo, tmp_path: Path) -> None:
    made = archive(tmp_path / "model.tar.gz", hostile)
    with pytest.raises(tarfile.TarError):
        unpack(made, tmp_path / "unpacked")
    assert not (tmp_path / "outside").exists()
