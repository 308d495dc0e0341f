"""The documentation builds as a site, from the files that GitHub shows, without a network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout
from documentation import markdown_files

from mlops_commons.cli.upkeep.docs import ENVIRONMENTS, SITE
from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.app

PROJECT = REPOSITORY_ROOT / "mlops-commons" / "pyproject.toml"


def build(output: Path, root: Path = REPOSITORY_ROOT) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_commons.cli", "docs", "build", "--output", str(output)],
        env={**os.environ, "PYTHONPATH": str(root / "mlops-commons")},
        capture_output=True,
        text=True,
        check=False,
    )


def sphinx(root: Path, output: Path) -> "subprocess.CompletedProcess[str]":
    """Build with the settings of a folder that is no checkout."""
    python = python_of(SITE / "requirements.txt", ENVIRONMENTS)
    return subprocess.run(
        [str(python), "-m", "sphinx", "-q", "-W", "-c", root / "docs" / "site", root, output],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("site") / "site"
    done = build(output)
    # Whoever has built it before is told how long that took.
    said = r"building the site \.\.\.( \(about \d+ s the last time\))?\n"
    assert (done.returncode, bool(re.fullmatch(said, done.stderr))) == (0, True), done.stderr
    assert done.stdout == f"open {output / 'README.html'}\n"
    return output


def test_every_page_is_in_the_site_and_in_its_navigation(site: Path) -> None:
    pages = [file.relative_to(REPOSITORY_ROOT).with_suffix(".html") for file in markdown_files()]
    assert [page for page in pages if not (site / page).is_file()] == []
    start = (site / "README.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'class="reference internal" href="([^"#]+)', start))
    assert {page.as_posix() for page in pages} - linked <= {"README.html"}


def test_a_server_and_a_bucket_find_a_start_page(site: Path) -> None:
    start = (site / "README.html").read_bytes()
    assert (site / "index.html").read_bytes() == start
    css = (site / "_static" / "site.css").read_text(encoding="utf-8")
    assert "_static/site.css" in start.decode()
    assert "table-wrapper" in css and "table-wrapper" in start.decode()


def navigation(site: Path) -> dict[str, list[str]]:
    """The pages of each part of the navigation, by its caption."""
    start = (site / "README.html").read_text(encoding="utf-8")
    parts = re.findall(
        r'class="caption"[^>]*><span[^>]*>([^<]+)</span></p>\s*<ul>(.*?)</ul>', start, re.S
    )
    return {caption: re.findall(r'href="([^"#]+)[.]html"', entries) for caption, entries in parts}


def test_a_newcomer_learns_does_understands_and_looks_up_in_this_order(site: Path) -> None:
    found = navigation(site)
    assert list(found) == [
        *("Tutorial", "How to", "Explanation", "Reference", "Packages", "Decisions")
    ]
    assert found["Tutorial"] == ["docs/tutorial"]
    assert found["Explanation"] == [
        *("docs/architecture", "docs/security", "docs/rehearsal", "docs/performance")
    ]
    assert found["How to"][:2] == ["docs/how-to/prepare-a-laptop", "docs/how-to/configure"]
    assert found["Decisions"] == sorted(found["Decisions"])
    every = [page for pages in found.values() for page in pages]
    assert len(every) == len(set(every))


def test_commands_are_copied_and_the_version_is_told(site: Path) -> None:
    start = (site / "README.html").read_text(encoding="utf-8")
    assert "_static/copybutton.js" in start
    (version,) = re.findall(r"^version = \"(.*)\"$", PROJECT.read_text(), re.M)
    assert f"MLOps Multi Account Setup {version}" in start


def test_the_pictures_are_in_the_site(site: Path) -> None:
    start = (site / "README.html").read_text(encoding="utf-8")
    (picture,) = re.findall(r'src="([^"]*account-map.svg)"', start)
    assert (site / picture).read_text().startswith("<!-- written by")


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r'''(?:<script[^>]*src|<link[^>]*href|<img[^>]*src)="(https?:[^"]+)"''')
    for page in site.rglob("*.html"):
        assert loaded.findall(page.read_text(encoding="utf-8")) == [], page


@pytest.mark.parametrize(("link", "code"), [("CONTRIBUTING.md", 0), ("nowhere.md", 1)])
def test_a_link_that_leads_nowhere_fails_the_build(link: str, code: int, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(SITE, root / "docs" / "site")
    (root / "README.md").write_text(f"# A\n\n[a link]({link})\n")
    (root / "CONTRIBUTING.md").write_text("# B\n")
    (root / "mlops-commons").mkdir()
    shutil.copy(PROJECT, root / "mlops-commons")
    for app in APP_DIRECTORIES.values():
        (root / app).mkdir()
        (root / app / "app.py").write_text("# an app\n")
    done = sphinx(root, tmp_path / "site")
    assert (bool(done.returncode), "nowhere.md" in done.stderr) == (bool(code), bool(code))


@pytest.mark.parametrize("app", APPS_HERE)
def test_the_repository_of_one_app_builds_its_site(app: str, tmp_path: Path) -> None:
    root = make_checkout(tmp_path / "repository", app, whole=True).root
    done = sphinx(root, tmp_path / "site")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "site" / "README.html").is_file()
