"""The roles with which projects deploy, as they stand in the account of a stage."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from policy_evaluation import listed

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import ImportNetwork
from mlops_infra.core_stage import CoreStage

DEV, PROD, REGION = "222222222222", "444444444444", "eu-west-1"
BOUNDARY = f"arn:aws:iam::{PROD}:policy/mlops-bu-prod-deployment-boundary-euw1"
KNOWN = {"Partition": "aws", "Region": REGION, "AccountId": PROD, "URLSuffix": "amazonaws.com"}
NETWORK = ImportNetwork(vpc_id="vpc-0", subnets=("subnet-0",), base_security_group="sg-0")
Statement = dict[str, Any]


def here(service: str, resource: str) -> str:
    """An ARN in the account and region of the stage."""
    return f"arn:aws:{service}:{REGION}:{PROD}:{resource}"


def role(name: str, account: str = PROD) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


@cache
def resources(dev_account: str = DEV) -> Mapping[str, Any]:
    """The stack of the stage prod, by logical id, with intrinsic functions resolved."""
    with tempfile.TemporaryDirectory() as folder:
        app = platform_app(outdir=folder)
        CoreStage(
            app,
            "prod",
            env=cdk.Environment(account=PROD, region=REGION),
            set_name="bu",
            app_prefix="mlops",
            dev_account=dev_account,
            network=NETWORK,
        )
        app.synth()  # fails on any open finding
        (file,) = Path(folder).glob("assembly-*/*.template.json")
        content = json.loads(file.read_text())["Resources"]
    scope = Scope(values={f"AWS::{name}": value for name, value in KNOWN.items()})
    return {
        name: evaluate(resource, scope)
        for name, resource in content.items()
        if resource["Type"].startswith("AWS::IAM::")
    }


def named(purpose: str) -> Mapping[str, Any]:
    """The properties of a role by the end of its name: `deploy` or `cfn`."""
    (found,) = (
        resource["Properties"]
        for resource in resources().values()
        if resource["Properties"].get("RoleName") == f"mlops-bu-prod-project-{purpose}-euw1"
    )
    return dict(found)


def statements_of(purpose: str) -> list[Statement]:
    """All that the policies of a role say, without its boundary."""
    return [statement for arn in named(purpose)["ManagedPolicyArns"] for statement in _policy(arn)]


def outline() -> list[Statement]:
    """The boundary of CloudFormation's role."""
    return _policy(named("cfn")["PermissionsBoundary"])


def deployment_boundary() -> list[Statement]:
    """The boundary of what projects deploy."""
    (found,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for resource in resources().values()
        if resource["Properties"].get("ManagedPolicyName") == BOUNDARY.rpartition("/")[2]
    )
    return list(found)


def _policy(logical_id: str) -> list[Statement]:
    document = resources()[logical_id]["Properties"]["PolicyDocument"]
    return list(listed(document["Statement"]))
