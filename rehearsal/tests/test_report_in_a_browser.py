"""The report in a real browser: it is drawn, and nothing is wider than the window."""

import html
import re
import struct
import zlib
from pathlib import Path

import pytest
from browsers import browse, needs_a_browser
from long_names import long_names
from sample_report import sample

from mlops_rehearsal.report.page import page

pytestmark = [pytest.mark.app, needs_a_browser]

MEASURE = """
<iframe id="page" width="{width}" height="2000" srcdoc="{page}"></iframe>
<p id="found"></p>
<script>
  addEventListener("load", () => {{
    const inside = document.getElementById("page").contentDocument;
    const shown = [...inside.querySelectorAll("details")];
    shown.forEach((part) => (part.open = true));
    const clipped = (part) => part.closest("svg") || part.parentElement.closest(".scroll, pre");
    const wide = [...inside.body.querySelectorAll("*")]
      .filter((part) => !clipped(part) && part.getBoundingClientRect().right > {width} + 1)
      .map((part) => part.tagName);
    const text = [...inside.querySelectorAll("svg text")]
      .filter((part) => part.getBoundingClientRect().width < 1).length;
    document.getElementById("found").textContent = JSON.stringify({{
      page: inside.documentElement.scrollWidth, wide, text, opened: shown.length,
    }}).replaceAll('"', "");
  }});
</script>
"""


@pytest.mark.parametrize(
    ("width", "medium"),
    [(375, "screen"), (1400, "screen"), (700, "print")],
    ids=["telephone", "desktop", "A4"],
)
def test_nothing_is_wider_than_the_window(tmp_path: Path, width: int, medium: str) -> None:
    file = tmp_path / "measured.html"
    shown = page(long_names())
    if medium == "print":
        shown = shown.replace("@media print", "@media all").replace("(max-width: 44rem)", "not all")
    content = MEASURE.format(width=width, page=html.escape(shown))
    file.write_text(f"<!doctype html>{content}", encoding="utf-8")
    document = browse(tmp_path, file, "--dump-dom", f"--window-size={width + 200},2200")
    found = re.search(r'<p id="found">(.*?)</p>', document)
    assert found
    assert f"page:{width},wide:[],text:0" in found[1]
    assert f"opened:{page(long_names()).count('<details')}" in found[1]


@pytest.mark.parametrize("width", [500, 1400])
def test_the_page_is_drawn(tmp_path: Path, width: int) -> None:
    file, picture = tmp_path / "report.html", tmp_path / "report.png"
    file.write_text(page(sample()), encoding="utf-8")
    browse(tmp_path, file, f"--screenshot={picture}", f"--window-size={width},3000")
    size, lines = read_picture(picture)
    assert size == (width, 3000)
    # Of an empty page all lines but the first are the same.
    assert len(set(lines)) > 300


def read_picture(file: Path) -> tuple[tuple[int, int], list[bytes]]:
    """Width and height of a PNG, and its lines as they are stored (ISO/IEC 15948)."""
    content = file.read_bytes()
    packed, place = b"", 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        if content[place + 4 : place + 8] == b"IDAT":
            packed += content[place + 8 : place + 8 + length]
        place += length + 12
    width, height = struct.unpack(">II", content[16:24])
    lines = zlib.decompress(packed)
    step = len(lines) // height
    return (width, height), [lines[start : start + step] for start in range(0, len(lines), step)]
