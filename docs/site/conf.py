"""The documentation site: the Markdown files of this repository, as they are."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/**/*.md",
    "examples/README.md",
    "mlops-*/README.md",
    "rehearsal/**/README.md",
)

project = "MLOps Multi Account Setup"
author = "the maintainers"
html_title = project
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
root_doc = "README"
include_patterns = [page.replace("/**/", "/**") for page in PAGES]
exclude_patterns = ["**/.venv", "**/node_modules", "**/cdk.out", "**/seed_bases", "**/seed_code"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
if len(list(ROOT.glob("mlops-*/app.py"))) < 2:
    # The repository of one app: pages also link to the other one.
    suppress_warnings = ["myst.xref_missing", "image.not_readable"]


def _titles() -> dict[str, list[str]]:
    """The pages of each part of the navigation, without their suffix, in reading order."""
    found = {
        page.relative_to(ROOT).with_suffix("").as_posix(): page
        for pattern in PAGES
        for page in sorted(ROOT.glob(pattern))
    }
    packages = [page for page in found if page.startswith(("mlops-", "rehearsal/"))]
    how_to = [page for page in found if page.startswith("docs/how-to/")]
    decisions = [page for page in found if page.startswith("docs/decisions/")]
    rest = [page for page in found if page not in {"README", *packages, *how_to, *decisions}]
    return {"The platform": rest, "How to": how_to, "Packages": packages, "Decisions": decisions}


def _add_navigation(_app: Any, page: str, source: list[str]) -> None:
    """Give the start page the table of contents that GitHub does not need."""
    if page == root_doc:
        for title, pages in _titles().items():
            entries = "\n".join(f"/{entry}" for entry in pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_navigation)
