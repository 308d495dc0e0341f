"""Service control policies of the kinds that organizations have, beside what the platform does.

Each pack is asked of the calls that CloudFormation makes for the templates of the example
`organisation`, and of the sample's where a pack needs a setting. Which calls these are is in the
API references of the services and in CloudFormation's schemas, never in the platform's tables.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import organization_example
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from checkouts import APPS_HERE
from organization_example import ACCOUNT, Template, in_account
from policy_evaluation import Request, allows, listed

from mlops_commons.utilities.paths import EXAMPLES

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the packs are asked of both apps"),
]

PACKS = {
    file.stem: json.loads(file.read_text()) for file in (EXAMPLES / "guardrails").glob("*.json")
}
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
"""AWS's `FullAWSAccess`, beside which a denying policy is attached."""
EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/cdk-acmeml01-cfn-exec-role-{ACCOUNT}-eu-west-1"
CREATES: Mapping[str, str] = {
    # The API references of the services: what creates a resource of the type.
    "AWS::CodeBuild::Project": "codebuild:CreateProject",
    "AWS::CodeCommit::Repository": "codecommit:CreateRepository",
    "AWS::CodePipeline::Pipeline": "codepipeline:CreatePipeline",
    "AWS::EC2::InternetGateway": "ec2:CreateInternetGateway",
    "AWS::EC2::NatGateway": "ec2:CreateNatGateway",
    "AWS::EC2::VPCGatewayAttachment": "ec2:AttachInternetGateway",
    "AWS::IAM::Role": "iam:CreateRole",
    "AWS::IAM::User": "iam:CreateUser",
    "AWS::KMS::Key": "kms:CreateKey",
    "AWS::Lambda::Function": "lambda:CreateFunction",
    "AWS::S3::Bucket": "s3:PutBucketPublicAccessBlock",
    "AWS::SNS::Topic": "sns:CreateTopic",
    "AWS::SQS::Queue": "sqs:CreateQueue",
    "AWS::SageMaker::Domain": "sagemaker:CreateDomain",
    "AWS::SageMaker::UserProfile": "sagemaker:CreateUserProfile",
}
GATEWAYS = {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::VPCGatewayAttachment"}


def calls(templates: list[Template], principal: str) -> Iterator[tuple[str, Request]]:
    """The calls that make the resources, with what the template gives them: tags, boundary."""
    for template in templates:
        for logical_id, resource in template.content["Resources"].items():
            action = CREATES.get(resource["Type"])
            if action:
                yield f"{resource['Type']} {logical_id}", _request(action, resource, principal)


def _request(action: str, resource: Mapping[str, Any], principal: str) -> Request:
    properties = resource.get("Properties", {})
    tags = properties.get("Tags", [])
    pairs = tags.items() if isinstance(tags, dict) else [(t["Key"], t["Value"]) for t in tags]
    context = {f"aws:RequestTag/{key}": str(value) for key, value in pairs}
    context |= {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalArn": principal}
    boundary = properties.get("PermissionsBoundary")
    if boundary is not None:
        name = in_account(boundary, {boundary["Ref"]: ""} if "Ref" in boundary else {})
        made = f"arn:aws:iam::{ACCOUNT}:policy/dev-mlops-infra-{name}-0123456789AB"
        context["iam:PermissionsBoundary"] = name if str(name).startswith("arn:") else made
    return Request(action, "*", context)


def refused(pack: str, asked: Iterator[tuple[str, Request]]) -> set[str]:
    """The types of what a pack does not let be made."""
    statements = [FULL, *listed(PACKS[pack]["Statement"])]
    return {what.partition(" ")[0] for what, request in asked if not allows(statements, request)}


@pytest.fixture(scope="module")
def templates() -> list[Template]:
    return organization_example.templates()


def test_there_are_eight_packs_and_each_has_its_source_and_its_way_out() -> None:
    text = (EXAMPLES / "guardrails" / "README.md").read_text()
    rows = {
        line.split("|")[1]: line.split("|")[2:]
        for line in text.splitlines()
        if line.startswith("| [")
    }
    assert len(PACKS) == 8
    for pack in PACKS:
        (cells,) = (cells for name, cells in rows.items() if f"[{pack}.json]" in name)
        assert all(cell.strip() for cell in cells[:3]), pack


@pytest.mark.parametrize("pack", sorted(set(PACKS) - {"deny-gateways"}))
def test_what_the_example_makes_is_not_refused(pack: str, templates: list[Template]) -> None:
    assert refused(pack, calls(templates, EXECUTION)) == set()


def test_gateways_are_refused_where_they_are_made(templates: list[Template]) -> None:
    """And nothing else, so that a network without a way to the internet can be made."""
    assert refused("deny-gateways", calls(templates, EXECUTION)) == GATEWAYS


@pytest.mark.parametrize(
    ("pack", "without", "found"),
    [
        ("require-tags", '"CostCenter"', "AWS::SQS::Queue"),
        ("require-boundary", '"PermissionsBoundary"', "AWS::IAM::Role"),
    ],
)
def test_without_the_setting_of_the_organization_it_is_refused(
    pack: str, without: str, found: str, templates: list[Template]
) -> None:
    other = [
        Template(t.file, json.loads(json.dumps(t.content).replace(without, '"X"')))
        for t in templates
    ]
    assert found in refused(pack, calls(other, EXECUTION))


def test_public_access_is_blocked_by_the_roles_that_make_buckets_and_by_nobody_else(
    templates: list[Template],
) -> None:
    prefix = f"arn:aws:iam::{ACCOUNT}:role"
    named = [f"{prefix}{path_and_name}" for path_and_name in _makers_of_projects(templates)]
    assert len(named) >= 4  # what products are launched with, and what deploys projects to stages
    without_path_and_prefix = (
        f"{prefix}/service-role/dev-mlops-sm-project-temp-ProductLaunchRole-0123456789AB",
        f"{prefix}/mlops-business-unit-1-dev-project-cfn-euw1",
    )
    for maker in (EXECUTION, *named, *without_path_and_prefix):
        assert refused("keep-public-access-blocked", calls(templates, maker)) == set()
    person = f"{prefix}/dev-mlops-infra-PersonasLeadDataScientistRole-1"
    # Nor by whoever bootstraps, so the toolkit's stack must not ask for it.
    bootstraps = f"{prefix}/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_1"
    for other in (person, bootstraps):
        assert refused("keep-public-access-blocked", calls(templates, other)) == {"AWS::S3::Bucket"}


def _makers_of_projects(templates: list[Template]) -> Iterator[str]:
    """Path and name of each role by which Service Catalog and CloudFormation make projects, but
    for those of SageMaker's own products, which have names of AWS's."""
    services = ("servicecatalog.amazonaws.com", "cloudformation.amazonaws.com")
    for template in templates:
        for _, role in template.of_type("AWS::IAM::Role"):
            trusted = json.dumps(role["AssumeRolePolicyDocument"])
            name = str(in_account(role.get("RoleName", ""), {}))
            if any(map(trusted.__contains__, services)) and not name.startswith("AmazonSageMaker"):
                yield f"{role.get('Path', '/')}{name}"


def test_tags_are_required_of_what_cloudformation_tags_as_it_makes_it() -> None:
    """AWS Organizations User Guide, "Example SCPs for tagging resources": what is tagged in a
    second step is refused for good. The schemas tell which types these are."""
    kinds = {action: kind for kind, action in CREATES.items()}
    kinds["sagemaker:CreateEndpoint"] = "AWS::SageMaker::Endpoint"
    (statement,) = PACKS["require-tags"]["Statement"]
    for action in statement["Action"]:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kinds[action]).schema
        assert schema.get("tagging", {}).get("tagOnCreate", True), action
