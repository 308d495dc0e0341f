"""Which pictures there are; that they are current is checked with everything generated."""

from pathlib import Path, PurePosixPath

import pytest
from checkouts import APPS_HERE

from mlops_commons.cli.environment import child_environment
from mlops_commons.diagrams.drawing import draw
from mlops_commons.diagrams.layout import laid_out
from mlops_commons.diagrams.pictures import PICTURES, Apps
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app
OF_THE_REACH = "docs/diagrams/reachability.svg"
"""Drawn with its page, by a package that a repository of one app lacks."""


@pytest.fixture(scope="session")
def pictures(apps_here: Apps) -> dict[PurePosixPath, str]:
    return draw(apps_here, child_environment())


def test_a_repository_draws_the_pictures_that_its_apps_suffice_for(
    pictures: dict[PurePosixPath, str],
) -> None:
    assert set(pictures) == {row.file for row in PICTURES if row.apps <= set(APPS_HERE)}


def test_no_picture_lies_around_that_no_row_draws() -> None:
    folders = [REPOSITORY_ROOT / "docs", *REPOSITORY_ROOT.glob("mlops-*")]
    found = {
        file.relative_to(REPOSITORY_ROOT).as_posix()
        for folder in folders
        for file in folder.glob("diagrams/*.svg")
    }
    drawn = {row.file.as_posix() for row in PICTURES}
    assert found <= drawn | {OF_THE_REACH}


def test_the_same_templates_give_the_same_bytes(
    apps_here: Apps, pictures: dict[PurePosixPath, str]
) -> None:
    assert draw(apps_here, child_environment()) == pictures


def test_without_the_layout_library_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="layout library is not installed"):
        laid_out(["digraph {}"], child_environment(), tmp_path)
