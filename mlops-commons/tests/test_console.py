"""Links to AWS's console lead to that of their partition."""

from pathlib import Path

import pytest

import mlops_commons
from mlops_commons.utilities.console import console

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("eu-west-1", "https://eu-west-1.console.aws.amazon.com"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn"),
        ("eusc-de-east-1", "https://eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)
def test_each_partition_has_a_console_of_its_own(region: str, address: str) -> None:
    assert console(region) == address


def test_no_other_code_here_writes_the_address_of_the_console() -> None:
    package = Path(mlops_commons.__file__).parent
    found = [file.name for file in package.rglob("*.py") if ".console.aws" in file.read_text()]
    assert found == []
