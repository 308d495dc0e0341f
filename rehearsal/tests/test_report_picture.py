"""The picture of a report in the README: of the page as it is now."""

import json
import re
import struct
import zlib
from dataclasses import asdict

import pytest
from sample_report import sample

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.report.as_json import as_json
from mlops_rehearsal.report.first_screen import first_screen
from mlops_rehearsal.report.picture import (
    COMMAND,
    PICTURE,
    RECORDED,
    digest,
    picture_page,
    recorded,
    source,
    with_source,
)

pytestmark = pytest.mark.pure
LARGEST = 250_000


def test_the_picture_is_that_of_the_page_as_it_is_now() -> None:
    content = json.loads(RECORDED.read_text(encoding="utf-8"))
    picture = PICTURE.read_bytes()
    assert source(picture) == digest(picture_page(content)), f"take it again: {COMMAND}"
    assert len(picture) < LARGEST


def test_the_readme_shows_it() -> None:
    readme = (REPOSITORY_ROOT / "README.md").read_text(encoding="utf-8")
    assert f"]({PICTURE.relative_to(REPOSITORY_ROOT).as_posix()})" in readme


def test_the_readme_says_the_time_and_the_cost_that_its_picture_shows() -> None:
    pages = [
        (REPOSITORY_ROOT / name).read_text(encoding="utf-8")
        for name in ("README.md", "docs/rehearsal.md")
    ]
    shown = json.loads(RECORDED.read_text(encoding="utf-8"))["first_screen"]
    minutes = int(re.fullmatch(r"\d+ acts played in (\d+) min( \d+ s)?", shown["verdict"])[1])  # type: ignore[index]
    spans = [re.findall(r"(\d+)\s+to\s+(\d+)\s+minutes", page) for page in pages]
    assert [len(found) for found in spans] == [2, 1]
    for least, most in [span for found in spans for span in found]:
        assert int(least) <= minutes <= int(most)
    (cost,) = (row["text"].split()[1] for row in shown["statements"] if row["part"] == "costs")
    assert f"the rehearsal in the picture ends at {cost}," in pages[0]


def test_what_is_recorded_is_what_the_report_says() -> None:
    report = sample()
    kept = recorded(json.loads(json.dumps(as_json(report))))
    whole = json.loads(json.dumps(asdict(first_screen(report))))
    assert kept["first_screen"].items() <= whole.items()
    page = picture_page(kept)
    for text in ("Emulated rehearsal", "3 acts played in 30 s", "Act number 3"):
        assert text in page
    assert "prefers-color-scheme" not in page


def test_nothing_recorded_says_on_whose_machine_it_was() -> None:
    text = RECORDED.read_text(encoding="utf-8")
    assert str(REPOSITORY_ROOT) not in text
    assert "/home/" not in text


def test_a_picture_with_its_source_is_still_a_picture() -> None:
    chunks = (b"IHDR" + bytes(13), b"IDAT" + zlib.compress(b"\0"), b"IEND")
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks
    )
    marked = with_source(picture, "page")
    assert (source(picture), source(marked)) == ("", digest("page"))
    place, names = 8, []
    while place < len(marked):
        (length,) = struct.unpack(">I", marked[place : place + 4])
        chunk = marked[place + 4 : place + 8 + length]
        (told,) = struct.unpack(">I", marked[place + 8 + length : place + 12 + length])
        assert zlib.crc32(chunk) == told
        names.append(chunk[:4])
        place += 12 + length
    assert names == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]
