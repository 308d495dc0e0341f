"""The report in a real browser: it is drawn, and nothing is wider than the window."""

import html
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from sample_report import LEAD, access, act, action, sample

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_rehearsal.report.data import ActState, Observed, Report
from mlops_rehearsal.report.deployed import Bucket, Deployed, DeployedTemplate, Role
from mlops_rehearsal.report.page import page
from mlops_rehearsal.report.reach import reviewed

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), "")

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(not BROWSER, reason=f"no browser on PATH: {', '.join(BROWSERS)}"),
]

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


def long_names() -> Report:
    """A report whose names and logs are as long as real ones, and one act that has failed."""
    name = "a-role-whose-name-is-as-long-as-names-may-be-on-aws-which-is-64-cha"
    decided = [access(f"{LEAD}-{name}", f"service{n}:Action", "denied") for n in range(30)]
    failed = act(3, state=ActState.FAILED, message=f"stack '{name}' failed: {name * 4}")
    log = f"{name * 6}\n{name}"
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::999900000009:role/{name}"},
        "Condition": {"ArnLike": {"aws:PrincipalArn": name * 4}},
    }
    account = sample().observed.accounts[0].account
    role = Role(account=account, name=name, trust={"Statement": [statement]}, inline={})
    template = DeployedTemplate(account=account, region="eu-west-1", stack=name, template={})
    bucket = Bucket(
        account=account, name=name[:63], encryption="", key="", blocked=False, policy={}
    )
    return sample(
        acts=(act(1), act(2), failed),
        actions=(action(name, stage=name, result=name * 3, log=log),),
        observed=Observed(
            accounts=sample().observed.accounts, access=(*sample().observed.access, *decided)
        ),
        reach=reviewed(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG),
        deployed=Deployed(roles=(role,), templates=(template,), buckets=(bucket,), cases={}),
    )


def browse(folder: Path, file: Path, *options: str) -> str:
    """What the browser prints; its profile goes with the folder."""
    done = subprocess.run(
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={folder / 'profile'}", *options, file.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


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
