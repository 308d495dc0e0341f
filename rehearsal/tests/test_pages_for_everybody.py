"""Report, live page and site for people who see little, or use a keyboard: asked of axe-core."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import violations
from browsers import needs_a_browser
from long_names import long_names
from sample_report import sample

from mlops_commons.cli.upkeep.docs import ENVIRONMENTS, SITE
from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.report.page import page
from mlops_rehearsal.watch import server

pytestmark = [pytest.mark.app, needs_a_browser]

WIDTHS = {"desktop": 1400, "telephone": 375}
DARK = "(prefers-color-scheme: dark)"
PAGES = ("README", "docs/architecture", "docs/truth", "mlops-commons/README", "search")
"""Of the site: pictures, wide tables, code, and the one that Sphinx makes."""
REPORTS = {"a rehearsal": sample, "a failed one with long names": long_names}
THEME = 'localStorage.getItem("theme") || "auto"'
LIVE: dict[str, Any] = {
    "acts": [
        {"number": 1, "title": "One", "shows": "1 push", "seconds": 2.0, "state": "played"},
        {"number": 2, "title": "Two", "shows": "", "seconds": 0, "state": "failed"},
        {"number": 3, "title": "Three", "shows": "", "seconds": 0, "state": "not reached"},
    ],
    "lines": ["the newest line", "one before"],
    "accounts": [
        {
            **{"account": "111111111111", "region": "eu-west-1", "role": f"unit/{role}"},
            **{"actions": number, "failed": number == 2, "last": "dev / Deploy: failed"},
        }
        for number, role in enumerate(("dev", "preprod", "prod"))
    ],
    "runs": [
        {
            "pipeline": "mlops-infra-main-business-unit-1",
            "number": 1,
            "actions": [
                {"name": f"dev / {state}", "status": state, "seconds": 1.0, "result": "because"}
                for state in ("succeeded", "failed", "skipped")
            ],
        }
    ],
    "ended": "Act 2 failed because",
    "failed": True,
}


def themed(text: str, theme: str) -> str:
    """A style sheet, or a page with one, as who prefers a theme sees it."""
    return text.replace(DARK, "all" if theme == "dark" else "not all")


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    return WIDTHS[request.param]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("made", REPORTS.values(), ids=REPORTS)
def test_a_report(tmp_path: Path, made: Any, width: int, theme: str) -> None:
    assert violations(tmp_path, themed(page(made()), theme), width) == {}


def test_the_live_page(tmp_path: Path, width: int, theme: str) -> None:
    written = Path(server.__file__).parent
    style, script, markup = (
        (written / name).read_text(encoding="utf-8")
        for name in ("watch.css", "watch.js", "page.html")
    )
    # What the server sends: a page of a file has nobody to ask.
    source = "window.EventSource = class { addEventListener() {} };"
    shown = markup.replace(
        '<link rel="stylesheet" href="watch.css">', f"<style>{themed(style, theme)}</style>"
    ).replace('<script src="watch.js" defer></script>', "")
    told = f"<script>{source}{script};show({json.dumps(LIVE)});</script></body>"
    assert violations(tmp_path, shown.replace("</body>", told), width) == {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Some pages of the site; links to others lead nowhere, which is no error here."""
    output = tmp_path_factory.mktemp("site") / "site"
    python = python_of(SITE / "requirements.txt", ENVIRONMENTS)
    some = ",".join(f"{name}.md" for name in PAGES if name != "search")
    command = [str(python), "-m", "sphinx", "-Q", "-c", str(SITE), "-D", f"include_patterns={some}"]
    subprocess.run([*command, str(REPOSITORY_ROOT), str(output)], check=True, timeout=300)
    yield output


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_site(site: Path, name: str, width: int, theme: str) -> None:
    file = site / f"{name}.html"
    text = file.read_text(encoding="utf-8")
    assert THEME in text
    shown = text.replace(THEME, f'"{theme}"')
    assert violations(file.parent, shown, width, f"asked-{width}-{theme}-{file.name}") == {}


def test_the_search_finds_excerpts_in_pages_of_a_folder(site: Path, tmp_path: Path) -> None:
    search = (site / "search.html").read_text(encoding="utf-8")
    texts = (site / "_static" / "texts.js").read_text(encoding="utf-8")
    assert search.index("_static/texts.js") < search.index("_static/searchtools.js")
    (found,) = re.findall(r"^const TEXTS = (.*);$", texts, re.M)
    pages = json.loads(found)
    assert set(pages) >= {f"{name}.html" for name in PAGES}
    assert "One governance account holds" in pages["docs/architecture.html"]
    assert not re.search(r"<\w", pages["docs/architecture.html"])


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("<p style='color: #999'>pale</p>", "color-contrast"),
        ("<img src='data:,'>", "image-alt"),
        ("<a href='#x' style='outline: none'>unseen</a>", "focus-visible"),
        ("<button tabindex='2'>first</button>", "tab-order"),
        ("<p style='width: 2000px'>wide</p>", "wider-than-the-window"),
    ],
)
def test_what_some_people_cannot_use_is_found(tmp_path: Path, broken: str, rule: str) -> None:
    text = (
        "<!doctype html><html lang='en'><head><title>A page</title></head>"
        f"<body><main><h1>Page</h1>{broken}</main></body></html>"
    )
    assert rule in violations(tmp_path, text, 375)
