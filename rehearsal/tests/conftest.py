"""One emulator for the tests that only need some AWS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts_of_tests import Accounts

from mlops_rehearsal.emulator.server import Emulator


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    with Emulator("eu-west-1", folder) as emulator:
        yield Accounts(emulator)
