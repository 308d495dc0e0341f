"""What the first page says of versions, sources and pages is what the repository holds."""

import json
import re
import tomllib

import pytest
from documentation import links

from mlops_commons.delivery_source import ON_OWN_HOSTS, GitProvider, SourceType
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

DOCS = REPOSITORY_ROOT / "docs"
README = REPOSITORY_ROOT / "README.md"


def text(name: str) -> str:
    return (REPOSITORY_ROOT / name).read_text(encoding="utf-8")


def row(page: str, begin: str) -> str:
    (found,) = (line for line in text(page).splitlines() if line.startswith(f"| {begin}"))
    return found


def version() -> str:
    return str(tomllib.loads(text("mlops-commons/pyproject.toml"))["project"]["version"])


def test_the_first_line_says_the_versions_that_are_pinned() -> None:
    (cdk,) = re.findall(r"^aws-cdk-lib==([0-9.]+) ", text("constraints.txt"), re.MULTILINE)
    (python,) = re.findall(r'requires-python = ">=([0-9.]+)', text("mlops-commons/pyproject.toml"))
    line = text("README.md").split("\n\n")[1]
    assert f"Version {version()}, not released yet." in line
    assert f"AWS CDK {cdk}, Python {python} or later, [MIT-0](LICENSE)" in line
    assert json.loads(text("package.json"))["license"] == "MIT-0"


def test_the_security_policy_promises_fixes_for_versions_that_there_are() -> None:
    supported = text("SECURITY.md").partition("## Report")[0]
    assert f"| `main`, which is {version()}; there is no release yet | yes |" in supported
    assert re.findall(r"[0-9]+\.(?:[0-9]+|x)[0-9.]*", supported) == [version()]


def test_the_changes_speak_of_no_release_where_there_is_none() -> None:
    released = re.findall(r"^## \[?([0-9.]+)", text("CHANGELOG.md"), re.MULTILINE)
    assert (version() in released) is ("not released yet" not in text("README.md"))


@pytest.mark.parametrize(
    ("page", "begin"),
    [
        ("README.md", "Where is the code kept?"),
        ("docs/how-to/choose-a-source.md", "`connection`"),
    ],
)
def test_the_pages_about_sources_name_each_that_the_configuration_takes(
    page: str, begin: str
) -> None:
    said = row(page, begin).replace(" ", "")
    assert [p for p in GitProvider if p not in ON_OWN_HOSTS and p.value not in said] == []


def test_whoever_comes_from_the_reference_system_is_told_of_every_source_and_of_hooks() -> None:
    page = "docs/how-to/migrate-from-the-reference-system.md"
    said = row(page, "CodeCommit; GitHub").lower()
    assert [source for source in SourceType if source.value not in said] == []
    assert "`infra init`" in row(page, "`make init` installs git hooks")
    assert "`--hooks`" in row(page, "`make init` installs git hooks")


@pytest.mark.parametrize("start", ["README.md", "docs/README.md"])
def test_every_guide_is_in_the_reading_order(start: str) -> None:
    _, _, order = text(start).partition("## The documentation\n")
    said = links(REPOSITORY_ROOT / start, order or text(start))
    linked = {(REPOSITORY_ROOT / start).parent.joinpath(link.text).resolve() for link in said}
    guides = [*(DOCS / "how-to").glob("*.md"), *DOCS.glob("*.md")]
    missing = [page.name for page in guides if page not in linked and page.name != "README.md"]
    assert sorted(missing) == []
