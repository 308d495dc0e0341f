"""In which order two processes get the tests of the slow tiers."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure


@dataclass(frozen=True)
class Item:
    name: str
    tier: str

    def iter_markers(self) -> Iterator[Any]:
        yield getattr(pytest.mark, self.tier).mark


def ordered(*tiers: str) -> list[str]:
    file = REPOSITORY_ROOT / "conftest.py"
    spec = importlib.util.spec_from_file_location("conftest_of_the_repository", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    items = [Item(f"{tier}{number}", tier) for number, tier in enumerate(tiers)]
    return [item.name for item in module.longest_first(items)]


def test_each_half_begins_with_long_tests_and_nothing_is_lost() -> None:
    found = ordered("app", "seed", "app", "rehearsal", "app", "seed", "app", "app")
    assert found == ["seed1", "seed5", "app0", "app2", "rehearsal3", "app4", "app6", "app7"]


def test_more_long_tests_than_half_are_all_there_once() -> None:
    found = ordered("seed", "seed", "seed", "rehearsal", "scanners", "app")
    assert found == ["seed0", "seed1", "seed2", "rehearsal3", "scanners4", "app5"]


def test_fast_tests_stay_as_they_are() -> None:
    assert ordered("pure", "construct", "pure") == ["pure0", "construct1", "pure2"]
