"""Checkouts of the infrastructure app, synthesised by the real CDK CLI."""

from collections.abc import Callable, Iterator
from typing import Any

import checkouts
import pytest
from checkouts import Assembly, Checkout


@pytest.fixture(scope="session")
def make_checkout(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Checkout]:
    """Write a snapshot of this repository with other configuration files."""

    def make(**texts: Any) -> Checkout:
        root = tmp_path_factory.mktemp("checkout") / "repository"
        return checkouts.make_checkout(root, "infra", **texts)

    return make


@pytest.fixture(scope="session")
def sample(make_checkout: Callable[..., Checkout]) -> Iterator[Checkout]:
    """The checkout with the shipped sample."""
    yield make_checkout()


@pytest.fixture(scope="session")
def sample_assembly(sample: Checkout) -> Assembly:
    """The shipped sample, synthesised once for all questions about it."""
    return sample.synth()
