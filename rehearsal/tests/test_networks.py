"""The network of a stage through CloudFormation's own calls, and a zone more on it."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from accounts_of_tests import Accounts

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import CreateNetwork
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.app

STACK = "preprod-mlops-infra"
IAM = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}


def network(folder: Path, zones: int) -> dict[str, Any]:
    """The resources of a stage without Studio, which is its network."""
    app = platform_app(outdir=str(folder / str(zones)))
    place = cdk.Environment(account="111122223333", region="eu-west-1")
    CoreStage(app, "preprod", env=place, network=CreateNetwork(max_azs=zones))
    app.synth()
    (template,) = folder.glob(f"{zones}/assembly-preprod/*.template.json")
    resources: dict[str, Any] = json.loads(template.read_text())["Resources"]
    return resources


def test_a_zone_more_replaces_nothing_of_a_deployed_network(
    accounts: Accounts, tmp_path: Path
) -> None:
    made = accounts.deploy(STACK, network(tmp_path, zones=2), **IAM)
    assert made == ("CREATE_COMPLETE", "")
    before = physical_ids(accounts)
    assert accounts.update(STACK, network(tmp_path, zones=3), **IAM) == ("UPDATE_COMPLETE", "")
    after = physical_ids(accounts)
    assert {name: after.get(name) for name in before} == before
    assert len(after) > len(before)


def physical_ids(accounts: Accounts) -> dict[str, str]:
    cloudformation = accounts.client("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        row["LogicalResourceId"]: row["PhysicalResourceId"]
        for page in pages
        for row in page["StackResourceSummaries"]
        if row["ResourceType"].startswith("AWS::EC2::")
    }
