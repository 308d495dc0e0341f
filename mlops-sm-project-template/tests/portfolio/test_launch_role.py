"""Service Catalog can make, change and delete what products hold, and nothing else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import service_authorization
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from launched_projects import DEV, PREPROD, PRODUCTS, PROJECT, PROJECT_ID, REGION, launched
from policy_evaluation import Request, allows, listed

from cdk_service_catalog.portfolio.launch import launch_statements
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities import toolkit

pytestmark = pytest.mark.pure

BOUNDARY = f"arn:aws:iam::{DEV}:policy/mlops-bu-project-boundary-euw1"
POLICIES = launch_statements(
    app_prefix="mlops",
    boundary_arn=BOUNDARY,
    assets_bucket="mlops-sc-assets",
    assets_key_arn=f"arn:aws:kms:{REGION}:{DEV}:key/assets",
    qualifier=toolkit.QUALIFIER,
)


def rendered(value: Any) -> Any:
    return launched("basic")._rendered(value)


STATEMENTS: list[dict[str, Any]] = [
    statement
    for rows in POLICIES.values()
    for statement in rendered(policy_document(rows))["Statement"]
]
TYPES = sorted(
    {
        resource["Type"]
        for product in PRODUCTS
        for resource in launched(product.slug).resources.values()
    }
)
NOT_USED = {
    "iam:AttachGroupPolicy": "policies of projects are attached to roles",
    "iam:AttachUserPolicy": "policies of projects are attached to roles",
    "iam:DetachGroupPolicy": "policies of projects are attached to roles",
    "iam:DetachUserPolicy": "policies of projects are attached to roles",
    "iam:PutRolePolicy": "roles of projects have no inline policies",
    "iam:DeleteRolePolicy": "roles of projects have no inline policies",
    "iam:DeleteRolePermissionsBoundary": "the boundary of a role never goes away",
    "s3:DeleteObject": "a bucket of a project is never emptied by its stack",
    "s3:PutObjectAcl": "buckets have no access lists",
    "s3:PutBucketAcl": "buckets have no access lists",
    "codestar-connections:PassConnection": "the source is CodeCommit",
    "sns:Subscribe": "people subscribe themselves",
    "sns:Unsubscribe": "people subscribe themselves",
    "sns:PutDataProtectionPolicy": "topics have none",
    "firehose:TagDeliveryStream": "log groups have no delivery",
    "s3:REST.PUT.OBJECT": "not an action of IAM; log groups have no delivery",
    "logs:CreateLogDelivery": "log groups have no delivery",
}
NOT_USED_OF = {
    "AWS::S3::Bucket": r"s3:(Create|Update)BucketMetadata.*|s3tables:.*|s3:Delete(Bucket)?("
    r"Analytics|Cors|Encryption|Lifecycle|Metadata|Metrics|Replication|Website).*|s3:(Put|Get)(Accelerate|"
    r"Analytics|BucketAbac|BucketCORS|BucketMetadata|BucketNotification|BucketObjectLock|"
    r"BucketReplication|BucketWebsite|IntelligentTiering|Inventory|Metrics|ObjectLock|Replication).*"
    r"|iam:PassRole",
    "AWS::Logs::LogGroup": r"logs:(Put|Delete|Describe)(BearerToken|DataProtection|IndexPolic|"
    r"Resource|LogGroupDeletion).*",
    "AWS::SNS::Topic": r"iam:.*",
}
"""What a handler may call for properties that no product sets, by type."""
WITHOUT_HANDLERS = {
    "AWS::CodeBuild::Project": (
        "codebuild:CreateProject codebuild:UpdateProject codebuild:DeleteProject "
        "codebuild:BatchGetProjects iam:PassRole"
    ),
}
"""CloudFormation's schema of the type names no permissions (CodeBuild API Reference instead)."""


def needed() -> Iterator[tuple[str, str]]:
    """Every action that CloudFormation's handlers need for the types of the products."""
    for kind in TYPES:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
        names = set(WITHOUT_HANDLERS.get(kind, "").split())
        for verb in ("create", "read", "update", "delete"):
            names |= set(schema.get("handlers", {}).get(verb, {}).get("permissions", []))
        assert names, f"{kind}: nothing is known about its permissions"
        for name in sorted(names):
            unused = name in NOT_USED or re.fullmatch(NOT_USED_OF.get(kind, "-"), name)
            if not unused:
                yield kind, name


@pytest.mark.parametrize(("kind", "action"), list(needed()))
def test_every_call_of_a_resource_handler_is_allowed(kind: str, action: str) -> None:
    allowed = {a for s in STATEMENTS if s["Effect"] == "Allow" for a in listed(s["Action"])}
    assert action in allowed, f"{kind} needs {action}"


def role(name: str = f"sagemaker-{PROJECT_ID}-build", account: str = DEV) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


BOUNDED = {"iam:PermissionsBoundary": BOUNDARY}
TAGGED = {"aws:RequestTag/sagemaker:project-id": PROJECT_ID}


@pytest.mark.parametrize(
    "request_",
    [
        Request("iam:CreateRole", role(), BOUNDED),
        Request(
            "iam:AttachRolePolicy",
            role(),
            {**BOUNDED, "iam:PolicyARN": f"arn:aws:iam::{DEV}:policy/sagemaker-{PROJECT_ID}-build"},
        ),
        Request("iam:PassRole", role(), {"iam:PassedToService": "codebuild.amazonaws.com"}),
        Request("kms:CreateKey", "*", TAGGED),
        Request("s3:CreateBucket", f"arn:aws:s3:::mlops-{PROJECT_ID}-artifacts-{DEV}"),
        Request("s3:GetObject", "arn:aws:s3:::mlops-sc-assets/1234.zip"),
        Request(
            "cloudformation:CreateStack", f"arn:aws:cloudformation:{REGION}:{DEV}:stack/SC-1/2"
        ),
        Request("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{DEV}:parameter/mlops/churn/dev/region"),
        Request("ssm:GetParameters", f"arn:aws:ssm:{REGION}:{DEV}:parameter/vpc/id"),
        Request(
            "sagemaker:CreateModelPackageGroup",
            f"arn:aws:sagemaker:{REGION}:{DEV}:model-package-group/{PROJECT}",
        ),
    ],
    ids=lambda request: request.action,
)
def test_a_launch_makes_what_a_project_holds(request_: Request) -> None:
    assert allows(STATEMENTS, request_)


@pytest.mark.parametrize(
    "request_",
    [
        Request("iam:CreateRole", role()),
        Request("iam:CreateRole", role(), {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/A"}),
        Request("iam:CreateRole", role("admin"), BOUNDED),
        Request("iam:DeleteRolePermissionsBoundary", role()),
        Request("iam:PutRolePolicy", role(), BOUNDED),
        Request(
            "iam:AttachRolePolicy",
            role(),
            {**BOUNDED, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        Request("iam:UpdateAssumeRolePolicy", role("admin")),
        Request(
            "iam:CreatePolicyVersion", f"arn:aws:iam::{DEV}:policy/mlops-bu-project-boundary-euw1"
        ),
        Request("iam:PassRole", role("admin"), {"iam:PassedToService": "codebuild.amazonaws.com"}),
        Request("iam:PassRole", role(), {"iam:PassedToService": "ec2.amazonaws.com"}),
        Request(
            "iam:PassRole",
            f"arn:aws:iam::{PREPROD}:role/admin",
            {"iam:PassedToService": "codepipeline.amazonaws.com"},
        ),
        Request("s3:DeleteBucket", "arn:aws:s3:::payroll"),
        Request("s3:GetObject", "arn:aws:s3:::payroll/salaries.csv"),
        Request("kms:CreateKey", "*"),
        Request("kms:PutKeyPolicy", f"arn:aws:kms:{REGION}:{DEV}:key/another"),
        Request("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{DEV}:parameter/mlops/role/lead"),
        Request("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{DEV}:parameter/vpc/id"),
        Request(
            "codecommit:DeleteRepository", f"arn:aws:codecommit:{REGION}:{DEV}:mlops-infra_bu1"
        ),
        Request("cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{DEV}:stack/dev/1"),
        Request("sts:AssumeRole", role("admin")),
    ],
    ids=lambda request: f"{request.action} {request.resource}",
)
def test_a_launch_can_do_no_more(request_: Request) -> None:
    assert not allows(STATEMENTS, request_)


@pytest.mark.parametrize("name", list(POLICIES))
def test_each_policy_fits_and_names_real_actions(name: str) -> None:
    document = rendered(policy_document(POLICIES[name]))
    assert len(str(document).replace(" ", "")) < 6144
    for statement in document["Statement"]:
        for action in listed(statement["Action"]):
            assert "*" not in action
            service_authorization.action(action)


def test_every_wildcard_has_a_reason() -> None:
    for rows in POLICIES.values():
        for statement in rows:
            if statement.findings():
                assert len(statement.reason) > 20, statement.sid
