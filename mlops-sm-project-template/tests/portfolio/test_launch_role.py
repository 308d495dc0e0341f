"""Service Catalog can make, change and delete what products hold, and nothing else."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pytest
import service_authorization
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from launched_projects import (
    DEV,
    PREPROD,
    PRODUCTS,
    PROJECT,
    PROJECT_ID,
    REGION,
    launched,
    template,
)
from policy_evaluation import Request, allows, listed

from cdk_service_catalog.portfolio.launch import LaunchPolicies, launch_policies
from mlops_commons.execution_policies.sensitive import is_sensitive
from mlops_commons.execution_policies.unused_actions import UNUSED
from mlops_commons.iam.statements import policy_document

pytestmark = pytest.mark.pure

BOUNDARY = f"arn:aws:iam::{DEV}:policy/mlops-bu-project-boundary-euw1"
TEMPLATES = [template(product.definition) for product in PRODUCTS]


def policies(templates: Iterable[dict[str, Any]] = TEMPLATES) -> LaunchPolicies:
    return launch_policies(
        templates,
        boundary_arn=BOUNDARY,
        assets_bucket="mlops-sc-assets",
        assets_key_arn=f"arn:aws:kms:{REGION}:{DEV}:key/assets",
    )


def statements_of(found: LaunchPolicies) -> list[dict[str, Any]]:
    return [
        statement
        for rows in found.policies.values()
        for statement in launched("basic").rendered(policy_document(rows))["Statement"]
    ]


POLICIES = policies()
STATEMENTS = statements_of(POLICIES)
TYPES = sorted({r["Type"] for found in TEMPLATES for r in found["Resources"].values()})
WITHOUT_HANDLERS = {
    "AWS::CodeBuild::Project": (
        "codebuild:CreateProject codebuild:UpdateProject codebuild:DeleteProject "
        "codebuild:BatchGetProjects iam:PassRole"
    ),
}
"""CloudFormation's schema of the type names no permissions (CodeBuild API Reference instead)."""


NEWER = {"s3:GetBucketAbac"}
"""In the Amazon S3 API Reference, not yet in parliament's copy of the reference."""


def needed() -> Iterator[tuple[str, str]]:
    """Every action that CloudFormation's handlers need for the types of the products."""
    for kind in TYPES:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
        names = set(WITHOUT_HANDLERS.get(kind, "").split())
        for verb in ("create", "read", "update", "delete"):
            names |= set(schema.get("handlers", {}).get(verb, {}).get("permissions", []))
        assert names, f"{kind}: nothing is known about its permissions"
        for name in sorted(names):
            unused = [row for row in UNUSED if row.type == kind and row.reason]
            left_out = any(fnmatchcase(name, action) for row in unused for action in row.actions)
            if not left_out and not is_sensitive(kind, name):
                yield kind, name


@pytest.mark.parametrize(("kind", "action"), list(needed()))
def test_every_call_of_a_resource_handler_is_allowed(kind: str, action: str) -> None:
    allowed = {a for s in STATEMENTS if s["Effect"] == "Allow" for a in listed(s["Action"])}
    assert action in allowed, f"{kind} needs {action}"


def test_every_action_is_granted_on_resources_that_it_works_on() -> None:
    allowing = [statement for statement in STATEMENTS if statement["Effect"] == "Allow"]
    assert service_authorization.mismatched(allowing) == []


def test_every_action_has_those_that_it_depends_on() -> None:
    assert service_authorization.lacking(STATEMENTS) == []


def test_nothing_of_the_shipped_products_has_to_be_reviewed() -> None:
    assert POLICIES.reviews == ()


def test_the_role_may_not_make_what_no_product_holds() -> None:
    less = [
        {
            **found,
            "Resources": {
                logical_id: resource
                for logical_id, resource in found["Resources"].items()
                if not resource["Type"].startswith("AWS::SNS::")
            },
        }
        for found in TEMPLATES
    ]
    actions = {a for s in statements_of(policies(less)) for a in listed(s["Action"])}
    assert not [action for action in actions if action.startswith("sns:")]
    assert any(a.startswith("sns:") for s in STATEMENTS for a in listed(s["Action"]))


def test_a_table_of_a_product_of_ones_own_can_be_made_under_its_name_only() -> None:
    name = {"Fn::Sub": "features-${SageMakerProjectId}"}
    own = {"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}}}
    found = policies([*TEMPLATES, own])
    table = f"arn:aws:dynamodb:{REGION}:{DEV}:table/"
    make = partial(Request, "dynamodb:CreateTable")
    assert allows(statements_of(found), make(f"{table}features-{PROJECT_ID}"))
    assert not allows(statements_of(found), make(f"{table}payroll"))
    assert not allows(STATEMENTS, make(f"{table}features-{PROJECT_ID}"))


def test_a_type_whose_names_nobody_knows_is_marked_for_review() -> None:
    own = {"Resources": {"C": {"Type": "AWS::Glue::Connection", "Properties": {}}}}
    found = policies([*TEMPLATES, own])
    assert {review.type for review in found.reviews} == {"AWS::Glue::Connection"}


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


@pytest.mark.parametrize("name", list(POLICIES.policies))
def test_each_policy_fits_and_names_real_actions(name: str) -> None:
    document = launched("basic").rendered(policy_document(POLICIES.policies[name]))
    assert len(str(document).replace(" ", "")) < 6144
    for statement in document["Statement"]:
        for action in listed(statement["Action"]):
            assert "*" not in action
            if action not in NEWER:
                service_authorization.action(action)


def test_every_wildcard_has_a_reason() -> None:
    for rows in POLICIES.policies.values():
        for statement in rows:
            if statement.findings():
                assert len(statement.reason) > 20, statement.sid
