"""The picture of a report in the README: the first screen of one that was recorded, as a page."""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.report.data import ActState, ReportedAct
from mlops_rehearsal.report.elements import element
from mlops_rehearsal.report.first_screen import FirstScreen
from mlops_rehearsal.report.page import document
from mlops_rehearsal.report.summary import Statement
from mlops_rehearsal.report.timeline_svg import timeline

RECORDED: Final = Path(__file__).with_name("picture.json")
"""The first screen and the acts of a rehearsal of the sample."""
PICTURE: Final = REPOSITORY_ROOT / "docs" / "diagrams" / "report.png"
COMMAND: Final = ".venv/bin/python rehearsal/bench/report_picture.py"
DARK: Final = "@media (prefers-color-scheme: dark)"
SOURCE: Final = b"Source"
"""Keyword of the text in a picture that names its page (PNG, third edition, 11.3.3.2 tEXt)."""
SIGNATURE: Final = 8
KEPT: Final = ("title", "verdict", "statements", "figures", "origin")


def recorded(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """What of the data of a rehearsal the picture needs."""
    acts = [{k: act[k] for k in ("number", "name", "title", "seconds")} for act in evidence["acts"]]
    return {"first_screen": {k: evidence["first_screen"][k] for k in KEPT}, "acts": acts}


def picture_page(content: Mapping[str, Any]) -> str:
    """The page of which the picture is taken, light whatever the machine prefers."""
    shown = dict(content["first_screen"])
    shown["statements"] = tuple(Statement(**row) for row in shown["statements"])
    drawing = element("figure", timeline(tuple(_acts(content["acts"]))))
    text = document(FirstScreen(**shown), element("main", drawing))
    return text.replace(DARK, "@media not all")


def _acts(rows: list[Mapping[str, Any]]) -> Iterator[ReportedAct]:
    start = 0.0
    for row in rows:
        yield ReportedAct(state=ActState.PLAYED, start=start, **row)
        start += row["seconds"]


def digest(page: str) -> str:
    """By what a picture knows the page that it shows."""
    return hashlib.sha256(page.encode()).hexdigest()


def with_source(picture: bytes, page: str) -> bytes:
    """A PNG that names its page."""
    content = b"tEXt" + SOURCE + b"\0" + digest(page).encode()
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    # The header is the first chunk: four bytes of length, four of type, 13 of content, four of sum.
    end = SIGNATURE + 25
    return picture[:end] + chunk + picture[end:]


def source(picture: bytes) -> str:
    """The page that a PNG names; empty where it names none."""
    found = re.search(b"tEXt" + SOURCE + rb"\0([0-9a-f]{64})", picture[:512])
    return found[1].decode() if found else ""
