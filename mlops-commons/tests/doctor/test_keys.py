"""Doctor looks at each existing key once, and says what it cannot encrypt (AWS models check it)."""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.keys import look_at_keys
from mlops_commons.organization import ExistingKeys
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

CONFIG = load_config(
    EXAMPLES / "organisation" / "cdk-app.yml", EXAMPLES / "organisation" / "cdk-infra-app.yml"
)
ROWS = {row.account: row for row in bootstrap_plan(CONFIG)}
GOVERNANCE, DEV, PREPROD = "111111111111", "222222222222", "333333333333"
KEY = "arn:aws:kms:eu-west-1:{}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
GOOD = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}


def config(owner: str) -> PlatformConfig:
    """With one key for logs of networks, which every stage has."""
    return replace(
        CONFIG, org=replace(CONFIG.org, keys=ExistingKeys(network_logs=KEY.format(owner)))
    )


def found(
    account: str, owner: str, answer: dict[str, Any] | None = None, error: str = ""
) -> list[Finding]:
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    kms = boto3.client("kms", region_name="eu-west-1", **credentials)
    stub, asked = Stubber(kms), {"KeyId": KEY.format(owner)}
    if answer:
        metadata = {"KeyId": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", **answer}
        stub.add_response("describe_key", {"KeyMetadata": metadata}, asked)
    if error:
        stub.add_client_error("describe_key", error, expected_params=asked)
    row: BootstrapRow = ROWS[account]
    with stub:
        said = list(look_at_keys("here", row, kms, config(owner)))
        stub.assert_no_pending_responses()
    return said


def test_a_key_that_encrypts_is_said_to() -> None:
    (finding,) = found(DEV, DEV, GOOD)
    assert finding.level is Level.OK


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("KeyState", "PendingDeletion"),
        ("KeyState", "Disabled"),
        ("KeySpec", "RSA_2048"),
        ("KeyUsage", "GENERATE_VERIFY_MAC"),
    ],
)
def test_a_key_that_does_not_is_an_error(key: str, value: str) -> None:
    (finding,) = found(DEV, DEV, {**GOOD, key: value})
    assert finding.level is Level.ERROR
    assert f"{key} {value}" in finding.message


def test_a_key_that_is_not_there_is_an_error() -> None:
    (finding,) = found(DEV, DEV, error="NotFoundException")
    assert finding.level is Level.ERROR
    assert "there is no key" in finding.message


def test_what_only_its_owners_may_read_is_unchecked_and_said_once() -> None:
    (finding,) = found(DEV, "999999999999", error="AccessDeniedException")
    assert finding.level is Level.UNCHECKED
    assert "config statements" in finding.remedy
    for account in (GOVERNANCE, PREPROD):
        assert found(account, "999999999999") == []


def test_a_key_of_the_platform_s_accounts_is_looked_at_where_it_is() -> None:
    assert found(DEV, PREPROD) == []
    (finding,) = found(PREPROD, PREPROD, GOOD)
    assert finding.level is Level.OK


def test_without_keys_nothing_is_asked() -> None:
    plain = replace(CONFIG, org=replace(CONFIG.org, keys=None))
    assert list(look_at_keys("here", ROWS[DEV], None, plain)) == []
