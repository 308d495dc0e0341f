"""Everything that is made from the code is current, and one verb writes all of it."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.cli.upkeep.generate import generators_here
from mlops_commons.utilities.generated_files import stale
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, SAMPLE
from mlops_commons.utilities.snapshot import snapshot

PICTURES = "mlops_commons.cli.upkeep.pictures"
REACH = "mlops_reachability.document"
TRUTH = "mlops_rehearsal.truth.document"
FILLED_IN = {
    key: (SAMPLE / name).read_text().replace("business-unit-1", "retail")
    for key, name in (("cdk_app", "cdk-app.yml"), ("infra", "cdk-infra-app.yml"))
}
"""A configuration of somebody's own."""


HERE = [
    # Pictures, reach and truth need everything synthesised.
    pytest.param(found.module, marks=getattr(pytest.mark, tier))
    for found in generators_here(REPOSITORY_ROOT)
    for tier in (["app"] if found.module in (PICTURES, REACH, TRUTH) else ["construct"])
]


@pytest.mark.parametrize("module", HERE)
def test_what_is_generated_is_current(module: str) -> None:
    found = stale(import_module(module).generated())
    assert found == [], "run ./mlops-multi-account.sh generate and read the difference"


@pytest.mark.construct
@pytest.mark.parametrize("app_directory", APP_DIRECTORIES.values())
def test_a_repository_of_one_app_has_only_versions_to_record(
    app_directory: str, tmp_path: Path
) -> None:
    snapshot(REPOSITORY_ROOT, app_directory).write(tmp_path)
    assert [*generators_here(tmp_path)] == []
    assert {found.module for found in generators_here(REPOSITORY_ROOT)} >= {PICTURES, REACH, TRUTH}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository of one app whose configuration is filled in, with the tools of this one."""
    checkout = make_checkout(tmp_path / "repository", APPS_HERE[0], whole=True, **FILLED_IN)
    for installed in (".venv", "node_modules"):
        (checkout.root / installed).symlink_to(REPOSITORY_ROOT / installed)
    return checkout.root


def command_line(root: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    packages = [root / "mlops-commons", *root.glob("mlops-*")]
    return subprocess.run(
        [sys.executable, "-P", "-m", "mlops_commons.cli", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.app
def test_the_verb_tells_what_is_not_current_and_writes_it(repository: Path) -> None:
    (picture,) = repository.glob("mlops-*/diagrams/delivery-pipeline.svg")
    schema = repository / "mlops-commons" / "mlops_commons" / "config" / "cdk-app.schema.json"
    readme = repository / "mlops-commons" / "README.md"
    broken = (schema, readme, picture)
    names = [file.relative_to(repository).as_posix() for file in broken]
    current = [file.read_text() for file in broken]
    picture.write_text("<svg/>")
    schema.unlink()
    readme.write_text(current[1].replace("| `/vpc/id` |", "| `/vpc/no` |"))

    checked = command_line(repository, "generate", "--check")
    assert (checked.returncode, checked.stdout) == (1, "")
    assert checked.stderr.splitlines() == [
        *(f"not current: {name}" for name in names),
        "  next: ./mlops-multi-account.sh generate",
    ]
    assert picture.read_text() == "<svg/>"

    written = command_line(repository, "generate")
    assert written.stdout.splitlines() == [f"written: {name}" for name in names]
    assert [file.read_text() for file in broken] == current

    again = command_line(repository, "generate", "--check")
    assert (again.returncode, again.stdout) == (0, "everything generated is current\n")


@pytest.mark.app
def test_the_pictures_of_a_configuration_go_to_a_folder_of_their_own(repository: Path) -> None:
    drawn = command_line(repository, "diagram", "--output", repository / "pictures")
    assert drawn.returncode == 0, drawn.stderr
    svgs = {file.name: file.read_text() for file in (repository / "pictures").iterdir()}
    assert f"{APP_DIRECTORIES[APPS_HERE[0]]}-delivery-pipeline.svg" in svgs
    assert any("retail" in svg for svg in svgs.values())
    assert not any("retail" in file.read_text() for file in repository.glob("mlops-*/diagrams/*"))
