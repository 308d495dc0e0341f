"""The fingerprint of a bootstrap, and what is read of its stack."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.account_policies import AccountPolicy
from mlops_commons.accounts.bootstrap_changes import bootstrap_changes
from mlops_commons.accounts.bootstrap_plan import AccountUse, BootstrapRow, PolicySource
from mlops_commons.accounts.bootstrap_record import (
    TAG,
    BootstrapRecord,
    fingerprint,
    read_record,
    tags_of,
)
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

TEMPLATE = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
ARN = "arn:aws:iam::200000000002:policy/mlops-cdk-execution-euw1-1"
GOVERNANCE = "100000000001"
ROW = BootstrapRow(
    account="200000000002",
    region="eu-west-1",
    uses=(AccountUse(set_name="bu", stage_name="dev"),),
    trust=(GOVERNANCE,),
    untrusted=(),
    profile="mlops-dev",
    policy_source=PolicySource.GENERATED,
    policy_file=Path("policy.json"),
    policy_arn="",
    enabled=True,
)


def policy(*actions: str) -> AccountPolicy:
    return AccountPolicy(row=ROW, arns=(ARN,), documents=(document(*actions),))


def document(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": ["*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def client(service: str) -> Any:
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client(service, region_name="eu-west-1", **keys)


def test_each_part_of_what_is_allowed_is_in_the_fingerprint() -> None:
    before = policy("s3:ListBucket")
    others = {
        fingerprint(before),
        fingerprint(policy("s3:GetObject")),
        fingerprint(replace(before, row=replace(ROW, boundary="everyone"))),
        fingerprint(replace(before, row=replace(ROW, trust=(GOVERNANCE, "9" * 12)))),
        fingerprint(replace(before, arns=(f"{ARN}0",))),
    }
    assert len(others) == 5
    assert fingerprint(policy("s3:ListBucket")) == fingerprint(before)
    # A tag's value has 256 characters at most (CloudFormation API, "Tag").
    assert all(len(each) <= 256 for each in others)


def test_the_tags_of_others_stay_and_those_of_aws_are_not_handed_over() -> None:
    given = {"cost-centre": "42", "aws:cloudformation:stack-name": "CDKToolkit", TAG: "before"}
    tags = tags_of(policy("s3:ListBucket"), given)
    assert tags == {"cost-centre": "42", TAG: fingerprint(policy("s3:ListBucket"))}


def test_the_parameters_that_are_read_are_those_of_the_pinned_bootstrap() -> None:
    source = Path(read_record.__code__.co_filename).read_text(encoding="utf-8")
    wanted = set(re.findall(r'given\.get\("(\w+)"', source))
    head = TEMPLATE.read_text(encoding="utf-8").partition("\nConditions:")[0]
    assert wanted
    assert wanted <= set(re.findall(r"^  (\w+):$", head, re.MULTILINE))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (None, "is not bootstrapped"),
        (BootstrapRecord(policy_arns=(ARN,), qualifier="acme"), "with the qualifier 'acme'"),
        (BootstrapRecord(policy_arns=(ARN,)), f"does not trust {GOVERNANCE}"),
    ],
)
def test_what_would_stop_a_deployment_blocks(record: BootstrapRecord | None, message: str) -> None:
    wanted = policy("s3:ListBucket")
    if record:
        record = replace(record, fingerprint=fingerprint(wanted))
    found = [o for o in bootstrap_changes(wanted, record, client("iam")) if message in o.message]
    assert [o.blocks for o in found] == [True]
    assert found[0].remedy == "./mlops-multi-account.sh bootstrap --set bu --stage dev"


def test_the_same_fingerprint_asks_for_nothing_more() -> None:
    wanted = policy("s3:ListBucket")
    record = BootstrapRecord(
        fingerprint=fingerprint(wanted), trust=(GOVERNANCE,), policy_arns=(ARN,)
    )
    assert list(bootstrap_changes(wanted, record, client("iam"))) == []


@pytest.mark.parametrize(
    ("had", "blocks", "message"),
    [
        (("s3:ListBucket",), True, "did not allow: s3:PutObject on *"),
        (("s3:ListBucket", "s3:PutObject", "s3:GetObject"), False, "bootstrap again after"),
    ],
)
def test_another_fingerprint_blocks_only_where_something_new_is_needed(
    had: tuple[str, ...], blocks: bool, message: str
) -> None:
    record = BootstrapRecord(fingerprint="another", trust=(GOVERNANCE,), policy_arns=(ARN,))
    iam = client("iam")
    with Stubber(iam) as stubber:
        stubber.add_response("get_policy", {"Policy": {"DefaultVersionId": "v1"}})
        version = {"PolicyVersion": {"Document": quote(json.dumps(document(*had)))}}
        stubber.add_response("get_policy_version", version)
        wanted = policy("s3:ListBucket", "s3:PutObject")
        (found,) = bootstrap_changes(wanted, record, iam)
    assert found.blocks is blocks
    assert message in found.message
