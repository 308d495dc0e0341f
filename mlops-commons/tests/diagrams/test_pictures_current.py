"""The pictures in the repository show what is synthesised today."""

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.cli.environment import child_environment
from mlops_commons.diagrams.drawing import draw
from mlops_commons.diagrams.layout import laid_out
from mlops_commons.diagrams.pictures import PICTURES, Apps
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app


@pytest.fixture(scope="session")
def pictures(apps_here: Apps) -> dict[PurePosixPath, str]:
    return draw(apps_here, child_environment())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository of one app, with pictures as they are here and the tools of this one."""
    checkout = make_checkout(tmp_path / "repository", APPS_HERE[0])
    for installed in (".venv", "node_modules"):
        (checkout.root / installed).symlink_to(REPOSITORY_ROOT / installed)
    return checkout.root


def command_line(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    packages = [root / "mlops-commons", *root.glob("mlops-*")]
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_commons.cli", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pictures_in_the_repository_are_current(pictures: dict[PurePosixPath, str]) -> None:
    for file, svg in pictures.items():
        assert (REPOSITORY_ROOT / file).read_text(encoding="utf-8") == svg, (
            f"{file}: run ./mlops-multi-account.sh diagram and look at the difference"
        )


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
    assert found <= {row.file.as_posix() for row in PICTURES}


def test_the_same_templates_give_the_same_bytes(
    apps_here: Apps, pictures: dict[PurePosixPath, str]
) -> None:
    assert draw(apps_here, child_environment()) == pictures


def test_the_verb_tells_what_is_not_current_and_writes_it(repository: Path) -> None:
    picture = next(repository.glob("mlops-*/diagrams/delivery-pipeline.svg"))
    name, current = picture.relative_to(repository), picture.read_text()
    picture.write_text("<svg/>")

    checked = command_line(repository, "diagram", "--check")
    assert (checked.returncode, checked.stdout) == (1, "")
    assert f"not current: {name}\n  next: ./mlops-multi-account.sh diagram\n" in checked.stderr
    assert picture.read_text() == "<svg/>"

    written = command_line(repository, "diagram")
    assert (written.returncode, written.stdout) == (0, f"written: {name}\n")
    assert picture.read_text() == current

    again = command_line(repository, "diagram", "--check")
    assert again.returncode == 0
    assert again.stdout.endswith(" pictures are current\n")


def test_without_the_layout_library_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="layout library is not installed"):
        laid_out(["digraph {}"], child_environment(), tmp_path)
