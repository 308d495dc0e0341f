"""Newer releases of the tools: within the range, beyond it, or a registry that does not answer."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from command_lines import command_line, configured

from mlops_commons.doctor.finding import Level
from mlops_commons.doctor.newer import (
    RANGES,
    Range,
    Registry,
    compared,
    look_for_newer,
    numbers,
    pinned,
)
from mlops_commons.utilities.errors import UnreadableError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

LIBRARY = next(row for row in RANGES if row.name == "aws-cdk-lib")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("released", "said", "unsaid"),
    [
        (["2.273.0", "2.9.0"], "nothing is newer", "supported"),
        (["2.273.1", "2.273.10", "2.273.0"], "2.273.10 is newer and supported", "not supported"),
        (["2.274.0"], "2.274.0 is newer and not supported: 2.274 and later", "is newer and supp"),
        (["2.274.0rc1", "3.0.0-alpha.1", "oops"], "nothing is newer", "supported"),
    ],
)
def test_what_is_newer_is_within_the_range_or_beyond_it(
    released: Sequence[str], said: str, unsaid: str
) -> None:
    found = compared(LIBRARY, "2.273.0", released)
    assert (found.level, said in found.message) == (Level.OK, True)
    assert unsaid not in found.message
    assert bool(found.remedy) is ("is newer and supported" in found.message)


@pytest.mark.pure
@pytest.mark.parametrize("row", RANGES, ids=lambda row: row.name)
def test_what_is_pinned_is_within_its_range(row: Range) -> None:
    assert numbers(pinned(row, REPOSITORY_ROOT)) < numbers(row.below)


@pytest.mark.pure
def test_a_registry_that_does_not_answer_is_one_finding_and_asked_once() -> None:
    names = []

    def silent(name: str) -> Sequence[str]:
        names.append(name)
        raise UnreadableError("nobody is there", hint="see the network")

    registries = {Registry.NPM: lambda name: ["1.0.0"], Registry.PYPI: silent}
    found = [*look_for_newer(REPOSITORY_ROOT, registries)]
    asked = [row.name for row in RANGES if row.registry is Registry.PYPI]
    (unseen,) = [one for one in found if one.level is Level.UNCHECKED]
    assert names == asked[:1]
    assert all(name in unseen.message for name in asked)
    assert unseen.remedy == "see the network"


@pytest.mark.app
def test_without_a_network_it_says_so_and_is_no_error(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/"
    environment = {
        "PIP_INDEX_URL": nowhere,
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": "/dev/null",
        "npm_config_registry": nowhere,
        "npm_config_cache": str(tmp_path / "cache"),
    }
    root = configured(tmp_path)
    done = command_line(root, "doctor", "--newer", "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    unseen = [one["message"] for one in found if one["level"] == "unchecked"]
    assert len(unseen) == 2
    assert unseen[0].startswith("npm cannot look up releases of aws-cdk, cdk-assets: ")
    assert unseen[1].startswith("pip cannot look up releases of aws-cdk-lib, constructs, ")


@pytest.mark.app
def test_it_cannot_be_offline(tmp_path: Path) -> None:
    done = command_line(configured(tmp_path), "doctor", "--newer", "--offline")
    assert done.returncode == 2
