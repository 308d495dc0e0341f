"""The documentation site: the Markdown files of this repository, as they are."""

import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from finish import finish

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    "docs/**/*.md",
    "examples/**/README.md",
    "mlops-*/README.md",
    "mlops-commons/mlops_commons/README.md",
    "rehearsal/**/README.md",
)

START = "docs/README.md"
EXPLANATION = ("architecture", "security", "rehearsal", "performance")
"""Pages of `docs/` that say why; the others there are looked up."""

project = "MLOps Multi Account Setup"
author = "the maintainers"
version = tomllib.loads((ROOT / "mlops-commons" / "pyproject.toml").read_text())["project"][
    "version"
]
release = version
project_copyright = "the maintainers, MIT-0"
html_title = f"{project} {version}"
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sphinx = False
root_doc = "README"
include_patterns = [page.replace("/**/", "/**") for page in PAGES]
exclude_patterns = ["**/.venv", "**/node_modules", "**/cdk.out", "**/seed_bases", "**/seed_code"]
extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 4
if len(list(ROOT.glob("mlops-*/app.py"))) < 2:
    # The repository of one app: pages also link to the other one.
    suppress_warnings = ["myst.xref_missing", "image.not_readable"]


def _place(page: str) -> int:
    """Where the page of contents, then the first page, names a page; what neither does, last."""
    starts = [ROOT / name for name in (START, "README.md") if (ROOT / name).is_file()]
    text = "".join(start.read_text(encoding="utf-8") for start in starts)
    names = (f"({page}.md", f"({page.removeprefix('docs/')}.md", f"(../{page}.md")
    found = [place for name in names if (place := text.find(name)) >= 0]
    return min(found, default=len(text))


def _titles() -> dict[str, list[str]]:
    """The pages of each part of the navigation, without their suffix, in reading order."""
    found = {
        page.relative_to(ROOT).with_suffix("").as_posix(): page
        for pattern in PAGES
        for page in sorted(ROOT.glob(pattern))
    }
    found = dict(sorted(found.items(), key=lambda entry: _place(entry[0])))
    packages = [page for page in found if page.startswith(("mlops-", "rehearsal/"))]
    how_to = [page for page in found if page.startswith("docs/how-to/")]
    decisions = [page for page in found if page.startswith("docs/decisions/")]
    explained = [page for page in found if page.removeprefix("docs/") in EXPLANATION]
    tutorial = [page for page in found if page == "docs/tutorial"]
    apart = {"README", *tutorial, *packages, *how_to, *decisions, *explained}
    return {
        "Tutorial": tutorial,
        "How to": how_to,
        "Explanation": explained,
        "Reference": [page for page in found if page not in apart],
        "Packages": packages,
        "Decisions": sorted(decisions),
    }


def _add_navigation(_app: Any, page: str, source: list[str]) -> None:
    """Give the start page the table of contents that GitHub does not need."""
    if page == root_doc:
        for title, pages in _titles().items():
            if not pages:
                continue  # the repository of one app has a part of them
            entries = "\n".join(f"/{entry}" for entry in pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"


def _finish(app: Any, failure: Exception | None) -> None:
    """A web server and a bucket show `index.html` where a folder is asked for."""
    start = Path(app.outdir) / f"{root_doc}.html"
    if failure is None and start.is_file():
        finish(start.parent)
        shutil.copy(start, start.with_name("index.html"))


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_navigation)
    app.connect("build-finished", _finish)
