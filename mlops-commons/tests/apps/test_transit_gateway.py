"""CloudFormation attaches to the company's transit gateway and uses its rules, and to no others.

A shared resource is its owner's: the ARN that IAM compares has the owner's account (Service
Authorization Reference: transit-gateway, resolver-rule).
"""

import importlib
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from policy_evaluation import Request, allows

from mlops_commons.accounts.account_policies import Assemblies, account_policy
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif("infra" not in APPS_HERE, reason="networks are of the other app"),
]

EXAMPLE = EXAMPLES / "transit-gateway"
CONFIG = load_config(EXAMPLE / CDK_APP_CONFIG.name, EXAMPLE / CDK_INFRA_APP_CONFIG.name)
OWNER = "arn:aws:{service}:eu-west-1:999999999999:"
GATEWAY = f"{OWNER.format(service='ec2')}transit-gateway/tgw-"
RULE = f"{OWNER.format(service='route53resolver')}resolver-rule/rslvr-rr-"
MINE, OTHER = "0123456789abcdef0", "99999999999999999"
STAGES = [row for row in bootstrap_plan(CONFIG) if not row.governs]


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    folder = tmp_path_factory.mktemp("infra")
    module = importlib.import_module("mlops_infra.application")
    module.build_app(CONFIG, outdir=str(folder)).synth()
    found: Assemblies = {Path(folder): read_stacks(folder)}
    return found


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.environment)
def test_cloudformation_uses_what_is_shared_by_its_id_and_nothing_else(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    policy = account_policy(row, assemblies, app_prefix=CONFIG.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    for action, arn in (
        ("ec2:CreateTransitGatewayVpcAttachment", GATEWAY),
        ("route53resolver:AssociateResolverRule", RULE),
    ):
        assert allows(statements, Request(action, f"{arn}{MINE}")), action
        assert not allows(statements, Request(action, f"{arn}{OTHER}")), action
    for action in ("ec2:CreateTags", "ec2:CreateFlowLogs", "ec2:DeleteTransitGateway"):
        assert not allows(statements, Request(action, f"{GATEWAY}{MINE}")), action


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.environment)
def test_the_first_attachment_of_an_account_may_make_the_role_that_aws_attaches_with(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    """AWS Transit Gateway Guide, "Use service-linked roles for transit gateways"; without it:
    https://github.com/aws-solutions-library-samples/network-orchestration-for-aws-transit-gateway/
    issues/42. CloudFormation's schema of the attachment does not name it.
    """
    policy = account_policy(row, assemblies, app_prefix=CONFIG.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    action, service = "iam:CreateServiceLinkedRole", "transitgateway.amazonaws.com"
    role = f"arn:aws:iam::{row.account}:role/aws-service-role/{service}/AWSServiceRoleForVPC"
    role = f"{role}TransitGateway"
    assert allows(statements, Request(action, role, {"iam:AWSServiceName": service}))
    other = {"iam:AWSServiceName": "spot.amazonaws.com"}
    assert not allows(statements, Request(action, role, other))


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.environment)
def test_cloudformation_attaches_a_profile_and_changes_none(
    row: BootstrapRow, tmp_path: Path
) -> None:
    central = EXAMPLES / "central-endpoints"
    config = load_config(central / CDK_APP_CONFIG.name, central / CDK_INFRA_APP_CONFIG.name)
    importlib.import_module("mlops_infra.application").build_app(
        config, outdir=str(tmp_path)
    ).synth()
    policy = account_policy(row, {tmp_path: read_stacks(tmp_path)}, app_prefix=config.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    assert allows(statements, Request("route53profiles:AssociateProfile", "*"))
    for action in ("AssociateResourceToProfile", "DeleteProfile", "PutProfilePolicy"):
        assert not allows(statements, Request(f"route53profiles:{action}", "*")), action
