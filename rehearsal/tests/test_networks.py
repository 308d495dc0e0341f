"""The network of a stage through CloudFormation's own calls, and a zone more on it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from accounts_of_tests import Accounts

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import CreateNetwork, TransitGateway
from mlops_commons.utilities import names
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.app

STACK = "preprod-mlops-infra"
IAM = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}


TRANSLATED = TransitGateway(id="tgw-0123456789abcdef0", routes=("10.0.0.0/8",))
WIDE = CreateNetwork(
    vpc_cidr="10.1.0.0/24",
    max_azs=2,
    secondary_cidrs=("100.64.0.0/23",),
    public_subnet_cidr_mask=28,
    transit_gateway=TRANSLATED,
)
WIDE_STAGE = ("uat", "wide")
"""Its name, and the namespace that keeps it apart in the account that all tests share."""
LONGER = ("100.64.0.0/23", "100.65.0.0/16")


def network(
    folder: Path, props: CreateNetwork, stage: str = "preprod", namespace: str = ""
) -> dict[str, Any]:
    """The resources of a stage without Studio, which is its network."""
    folder = folder / str(len([*folder.iterdir()]))
    app = platform_app(outdir=str(folder))
    place = cdk.Environment(account="111122223333", region="eu-west-1")
    CoreStage(app, stage, env=place, network=props, parameter_namespace=namespace)
    app.synth()
    (template,) = folder.glob(f"assembly-{stage}/*.template.json")
    resources: dict[str, Any] = json.loads(template.read_text())["Resources"]
    return resources


def test_a_zone_more_replaces_nothing_of_a_deployed_network(
    accounts: Accounts, tmp_path: Path
) -> None:
    made = accounts.deploy(STACK, network(tmp_path, CreateNetwork(max_azs=2)), **IAM)
    assert made == ("CREATE_COMPLETE", "")
    before = physical_ids(accounts)
    wanted = network(tmp_path, CreateNetwork(max_azs=3))
    assert accounts.update(STACK, wanted, **IAM) == ("UPDATE_COMPLETE", "")
    after = physical_ids(accounts)
    assert {name: after.get(name) for name in before} == before
    assert len(after) > len(before)


def test_a_secondary_range_more_and_another_translation_replace_nothing_and_all_can_go(
    accounts: Accounts, tmp_path: Path
) -> None:
    stack = names.core_stack(WIDE_STAGE[0], "mlops-infra", WIDE_STAGE[1])
    made = accounts.deploy(stack, network(tmp_path, WIDE, *WIDE_STAGE), **IAM)
    assert made == ("CREATE_COMPLETE", "")
    before = physical_ids(accounts, stack)
    routed = replace(TRANSLATED, private_nat_gateways=0)
    for props in (
        replace(WIDE, secondary_cidrs=LONGER, max_azs=3),
        replace(WIDE, secondary_cidrs=LONGER, max_azs=3, transit_gateway=routed),
    ):
        updated = accounts.update(stack, network(tmp_path, props, *WIDE_STAGE), **IAM)
        assert updated == ("UPDATE_COMPLETE", "")
    after = physical_ids(accounts, stack)
    gone = {name for name in before if name not in after}
    assert len(gone) == 2
    assert all("TransitSubnet1NATGateway" in name or "TransitRoute" in name for name in gone)
    assert before.items() - after.items() == {(name, before[name]) for name in gone}
    assert sum("SecondaryRanges" in name for name in after) == 2
    cloudformation = accounts.client("cloudformation")
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def physical_ids(accounts: Accounts, stack: str = STACK) -> dict[str, str]:
    cloudformation = accounts.client("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        row["LogicalResourceId"]: row["PhysicalResourceId"]
        for page in pages
        for row in page["StackResourceSummaries"]
        if row["ResourceType"].startswith("AWS::EC2::")
    }
