"""What `doctor` knows of quotas, against what the seeds and the templates need."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cdk_service_catalog.portfolio.discovery import discover
from mlops_commons.accounts.bootstrap_plan import AccountUse, BootstrapRow, PolicySource
from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.config import load_config
from mlops_commons.contract import StageRole
from mlops_commons.doctor.finding import Level
from mlops_commons.doctor.instances import look_at_instances
from mlops_commons.doctor.quotas import look_at_quotas, quota_needs
from mlops_commons.product_instances import ROWS

pytestmark = pytest.mark.construct

DEFAULT = re.compile(r"""^(?!.*inference_instances).*["' ](ml\.[a-z0-9]+\.[a-z0-9]+)""", re.M)
SWITCHED_OFF = re.compile(r"^monitoring:.*\n  data_quality: false\n(  .*\n)*", re.M)
"""A product whose traffic no stage compares starts no machine for it."""


def started() -> Iterator[tuple[str, str]]:
    """Product and type of each machine that a seed has as a default."""
    for product in discover():
        for seed in product.seeds.values():
            for file in seed.files:
                if file.suffix in {".py", ".yml"} and "tests" not in file.parts:
                    for found in DEFAULT.findall(SWITCHED_OFF.sub("", seed.read(file).decode())):
                        yield product.slug, found


def test_each_machine_of_a_seed_is_in_the_table_and_no_other() -> None:
    table = {(product, row.type) for row in ROWS for product in row.products}
    assert table == set(started())


def quota(name: str, value: float) -> dict[str, object]:
    return {"QuotaName": name, "QuotaCode": f"L-{abs(hash(name)) % 10**8:08d}", "Value": value}


def test_a_quota_that_is_too_low_is_told_with_what_needs_it_and_the_request() -> None:
    """The answers are checked by botocore's model of Service Quotas, which no emulator has."""
    every = [quota(row.quota, row.count) for row in ROWS]
    gpu = quota("ml.g5.2xlarge for training job usage", 0)
    client = service_quotas()
    with Stubber(client) as stubber:
        stubber.add_response("list_aws_default_service_quotas", {"Quotas": every})
        stubber.add_response("list_service_quotas", {"Quotas": [gpu]})
        (finding,) = look_at_instances("here", row_of("dev"), client)
    assert finding.message == (
        "a project of genai_cv or llm_finetune needs 1 of 'ml.g5.2xlarge for training job usage', "
        "the quota is 0"
    )
    assert f"--quota-code {gpu['QuotaCode']} --desired-value 1 --region eu-west-1" in finding.remedy


def test_where_nothing_is_known_each_machine_of_a_stage_that_only_deploys_is_named() -> None:
    client = service_quotas()
    with Stubber(client) as stubber:
        stubber.add_response("list_aws_default_service_quotas", {"Quotas": []})
        stubber.add_response("list_service_quotas", {"Quotas": []})
        found = list(look_at_instances("here", row_of("prod"), client))
    assert len(found) == len([row for row in ROWS if row.everywhere])
    assert all("servicequotas/home/services/sagemaker/quotas" in each.remedy for each in found)


def service_quotas() -> Any:
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client("service-quotas", region_name="eu-west-1", **keys)


def row_of(stage: str) -> BootstrapRow:
    return BootstrapRow(
        account="200000000002",
        region="eu-west-1",
        uses=(AccountUse(set_name="bu", stage_name=stage, role=StageRole(stage)),),
        trust=(),
        untrusted=(),
        profile="",
        policy_source=PolicySource.GENERATED,
        policy_file=Path("none"),
        policy_arn="",
        enabled=True,
    )


def test_managed_policies_of_roles_are_counted_wherever_they_are_attached() -> None:
    resources = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"ManagedPolicyArns": [{"Ref": f"P{n}"} for n in range(10)]},
        },
        "More": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}]}},
    }
    summary = StackSummary(
        role="dev", account="2" * 12, region="eu-west-1", stack="dev-mlops-infra"
    )
    stack = StackTemplate(summary=summary, template={"Resources": resources})
    needs = quota_needs(load_config(), [stack])
    (finding,) = (
        f
        for f in look_at_quotas({("2" * 12, "eu-west-1"): needs["2" * 12, "eu-west-1"]})
        if f.level is Level.WARNING
    )
    assert "needs 11 of 'Managed policies per role', the default is 10" in finding.message
    assert finding.remedy.endswith("--quota-code L-0DA4ABF3 --desired-value 11 --region us-east-1")
