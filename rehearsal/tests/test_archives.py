"""The emulator unpacks what users and their jobs have packed, and nothing outside of its target."""

import io
import tarfile
from pathlib import Path

import pytest

from ministack_aws.archives import unpack

pytestmark = pytest.mark.pure


def archive(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    member.size = 5 if kind == tarfile.REGTYPE else 0
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        packed.addfile(member, io.BytesIO(b"model"[: member.size]))
    return content.getvalue()


def test_a_file_is_unpacked_below_the_target(tmp_path: Path) -> None:
    unpack(archive("./code/inference.py"), tmp_path / "made")
    assert (tmp_path / "made/code/inference.py").read_text() == "model"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../outside", tarfile.REGTYPE),
        ("inside/../../outside", tarfile.REGTYPE),
        ("link", tarfile.SYMTYPE),
        ("link", tarfile.LNKTYPE),
        ("device", tarfile.CHRTYPE),
    ],
)
@pytest.mark.parametrize("python", ["without the filter", "as it is"])
def test_what_reaches_outside_is_refused(
    python: str, name: str, kind: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if python == "without the filter":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    with pytest.raises(tarfile.TarError):
        unpack(archive(name, kind, "../outside"), tmp_path / "made")
    assert not (tmp_path / "outside").exists()
