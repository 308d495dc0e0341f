"""The tests of this package are about the product as shipped: a user's own extensions stay out."""

import importlib
from collections.abc import Iterator

import pytest

from mlops_infra.extension_loading import PACKAGE


@pytest.fixture(scope="session", autouse=True)
def no_extensions_of_the_user() -> Iterator[None]:
    """A test that is about an extension brings it along."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module(PACKAGE), "__path__", [])
        yield
