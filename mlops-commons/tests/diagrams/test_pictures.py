"""Which pictures there are; that they are current is checked with everything generated."""

from pathlib import PurePosixPath

import pytest
from checkouts import APPS_HERE

from mlops_commons.diagrams.drawing import draw
from mlops_commons.diagrams.pictures import PICTURES, Apps
from mlops_commons.diagrams.svg import WIDTH
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app
OF_THE_REACH = "docs/diagrams/reachability.svg"
"""Drawn with its page, by a package that a repository of one app lacks."""


@pytest.fixture(scope="session")
def pictures(apps_here: Apps) -> dict[PurePosixPath, str]:
    return draw(apps_here)


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
    assert draw(apps_here) == pictures


def test_no_picture_is_wider_than_what_a_page_shows(pictures: dict[PurePosixPath, str]) -> None:
    for file, svg in pictures.items():
        assert f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}"' in svg, file
        assert "@media (prefers-color-scheme:dark)" in svg
