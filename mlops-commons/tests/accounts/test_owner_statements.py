"""What owners are told to add lets the services of this platform's accounts in, and nobody else."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from policy_evaluation import Request, allows

from mlops_commons.accounts.owner_statements import OwnerStatements, owner_statements
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.pure

BUCKET = "arn:aws:s3:::acme-log-archive"
KEY = "arn:aws:kms:eu-west-1:999999999999:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
KEYS = "arn:aws:kms:eu-west-1:999999999999:key/mrk-"
STUDIO_KEY = f"{KEYS}1a2b3c4d5e6f47089a0b1c2d3e4f5061"
DELIVERIES_KEY = f"{KEYS}5e6f47089a0b1c2d3e4f50611a2b3c4d"
LOGS_KEY = f"{KEYS}0f1e2d3c4b5a697887960a1b2c3d4e5f"
DELIVERY = "delivery.logs.amazonaws.com"
LOGGING = "logging.s3.amazonaws.com"
FOLDER = "mlops"
GOVERNANCE, DEV, STRANGER = "111111111111", "222222222222", "888888888888"


def printed(folder: str = "organisation") -> dict[str, OwnerStatements]:
    files = [EXAMPLES / folder / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)]
    return {row.policy_of: row for row in owner_statements(load_config(*files))}


def lets(statements: Sequence[Mapping[str, Any]], request: Request, service: str) -> bool:
    """Whether a policy lets a service do it: a statement of another principal is not about it."""
    own = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in statements
        if statement["Principal"] == {"Service": service}
    ]
    return allows(own, request)


def written(account: str, folder: str = "", region: str = "eu-west-1") -> list[tuple[str, Request]]:
    """What log delivery asks for when it writes the flow logs of an account."""
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:logs:{region}:{account}:delivery-source",
    }
    log = f"networks/AWSLogs/aws-account-id={folder or account}/aws-service=vpcflowlogs/x.parquet"
    owned = {**context, "s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        (BUCKET, Request("s3:GetBucketAcl", BUCKET, context)),
        (BUCKET, Request("s3:PutObject", f"{BUCKET}/{log}", owned)),
        (KEY, Request("kms:GenerateDataKey", KEY, context)),
        (KEY, Request("kms:Decrypt", KEY, context)),
    ]


def logged(account: str, of: str = "", key: str = f"{FOLDER}/x") -> tuple[str, Request]:
    """What S3 asks for when it writes the access log of an account's bucket."""
    bucket = f"arn:aws:s3:::acme-s3-access-logs-{of or account}-eu-west-1"
    context = {"aws:SourceAccount": account, "aws:SourceArn": "arn:aws:s3:::one-of-its-buckets"}
    return bucket, Request("s3:PutObject", f"{bucket}/{key}", context)


@pytest.mark.parametrize("account", [GOVERNANCE, DEV, "333333333333", "444444444444"])
def test_access_logs_of_every_account_are_written(account: str) -> None:
    policy, request = logged(account)
    assert lets(printed()[policy].statements, request, LOGGING)


@pytest.mark.parametrize(
    ("row", "service"),
    [
        (logged(STRANGER, of=DEV), LOGGING),
        (logged(GOVERNANCE, of=DEV), LOGGING),
        (logged(DEV, key="of-others/x"), LOGGING),
        (logged(DEV), DELIVERY),
    ],
    ids=["a stranger", "another account", "another folder", "another service"],
)
def test_no_log_of_others_is_written(row: tuple[str, Request], service: str) -> None:
    policy, request = row
    assert not lets(printed()[policy].statements, request, service)


def test_each_policy_that_is_printed_is_of_somebody_else() -> None:
    accounts = [GOVERNANCE, DEV, "333333333333", "444444444444"]
    buckets = (logged(account)[0] for account in accounts)
    assert set(printed()) == {BUCKET, KEY, STUDIO_KEY, LOGS_KEY, DELIVERIES_KEY, *buckets}


@pytest.mark.parametrize("account", [DEV, "333333333333", "444444444444"])
def test_flow_logs_of_every_stage_are_written(account: str) -> None:
    found = printed()
    for policy, request in written(account):
        assert lets(found[policy].statements, request, DELIVERY), request


def test_each_statement_is_needed() -> None:
    found = printed()
    for arn in (BUCKET, KEY):
        for left_out in found[arn].statements:
            rest = [statement for statement in found[arn].statements if statement != left_out]
            asked = [request for policy, request in written(DEV) if policy == arn]
            assert not all(lets(rest, request, DELIVERY) for request in asked), left_out["Sid"]


@pytest.mark.parametrize(
    ("who", "service"),
    [
        (written(STRANGER), DELIVERY),
        (written(GOVERNANCE), DELIVERY),
        (written(DEV, region="us-east-1"), DELIVERY),
        (written(DEV), LOGGING),
    ],
    ids=["a stranger", "governance, which has no network", "another region", "another service"],
)
def test_nobody_else_gets_in(who: list[tuple[str, Request]], service: str) -> None:
    found = printed()
    assert not any(lets(found[policy].statements, request, service) for policy, request in who)


def test_no_folder_of_a_stranger_is_written_to() -> None:
    statements = printed()[BUCKET].statements
    asked = {request.action: request for _, request in written(DEV, STRANGER)}
    assert not lets(statements, asked["s3:PutObject"], DELIVERY)


def test_whoever_names_nothing_has_nobody_to_ask() -> None:
    assert printed("sample") == {}
