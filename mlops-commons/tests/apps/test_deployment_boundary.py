"""What projects deploy into a stage stays within the boundary that the infrastructure sets."""

from collections.abc import Iterator
from typing import Any

import pytest
from checkouts import APPS_HERE
from policy_evaluation import Request, allows, listed

if len(APPS_HERE) < 2:
    pytest.skip("the other app is not in this repository", allow_module_level=True)

from launched_projects import PRODUCTS
from seed_repositories import deployed

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.assembly.intrinsics import Scope, evaluate, text
from mlops_commons.iam.statements import policy_document
from mlops_infra.projects.boundary_statements import boundary_statements
from mlops_infra.projects.props import ProjectDeployments

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "444455556666",
    "AWS::URLSuffix": "amazonaws.com",
}
Demanded = tuple[tuple[str, str], ...]
"""The condition keys of a statement, and the value that each must have."""
DEV, PROJECT_ID = "111122223333", "p-iiiiiiiiiiiiii"
PREFIX = "arn:aws:{service}:eu-west-1:444455556666:{resource}"
GENERATED = {
    "AWS::SageMaker::Model": PREFIX.format(service="sagemaker", resource="model/made-up"),
    "AWS::SageMaker::EndpointConfig": PREFIX.format(
        service="sagemaker", resource="endpoint-config/made-up"
    ),
    "AWS::KMS::Key": PREFIX.format(service="kms", resource="key/made-up"),
}


def scope(template: dict[str, Any]) -> Scope:
    """What the names of a template stand for in the account; the contract's values are made up."""
    named = {name: arn(template, name) for name in template["Resources"]}
    known = {name: value for name, value in named.items() if value}
    return Scope(
        values={**PSEUDO, **known},
        attribute=lambda logical_id, _: known.get(logical_id),
        unknown=lambda name: f"{name}-of-the-contract",
    )


def arn(template: dict[str, Any], logical_id: str) -> str:
    """The ARN of a resource that statements name; empty for another."""
    resource = template["Resources"][logical_id]
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::S3::Bucket" and "BucketName" in properties:
        return f"arn:aws:s3:::{properties['BucketName']}"
    if resource["Type"] == "AWS::SageMaker::Endpoint":
        name = f"endpoint/{properties['EndpointName']}"
        return PREFIX.format(service="sagemaker", resource=name)
    return GENERATED.get(resource["Type"], "")


def permissions(template: dict[str, Any]) -> Iterator[tuple[str, str, Demanded]]:
    """Each action with each resource of a deployed role, and what its statement demands."""
    known = scope(template)
    for resource in template["Resources"].values():
        if resource["Type"] not in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            conditions = statement.get("Condition", {})
            rows = [
                (key, text(value, known))
                for kind in ("ArnEquals", "Bool", "StringEquals")
                for key, value in conditions.get(kind, {}).items()
                if not isinstance(value, list)
            ]
            demanded = tuple(sorted(rows))
            for action in listed(statement["Action"]):
                for target in listed(statement["Resource"]):
                    yield action, text(target, known), demanded


def boundary(stage: str) -> list[dict[str, Any]]:
    """The boundary of a stage, as it stands in the account."""
    projects = ProjectDeployments(
        app_prefix="mlops",
        set_name="bu",
        stage_name=stage,
        region=PSEUDO["AWS::Region"],
        dev_account=DEV,
    )
    document = policy_document(boundary_statements(projects))
    found: list[dict[str, Any]] = evaluate(document, Scope(values=PSEUDO))["Statement"]
    return found


def within_boundary(stage: str, action: str, resource: str, demanded: Demanded) -> bool:
    """Whether a role of the project may be given the action, where what is demanded holds."""
    own = f"arn:aws:iam::{PSEUDO['AWS::AccountId']}:role/sagemaker-{PROJECT_ID}-{stage}-execution"
    of_dev = f"artifacts-{DEV}" in resource or f":{DEV}:" in resource
    owner = DEV if of_dev else PSEUDO["AWS::AccountId"]
    # The seed names the images of AWS by exclusion; one of AWS's accounts in the region.
    owner = "141502667606" if "ecr:eu-west-1:*" in resource else owner
    tag = "sagemaker:project-id"
    context = {
        **dict(demanded),
        "aws:PrincipalArn": own,
        f"aws:PrincipalTag/{tag}": PROJECT_ID,
        f"aws:ResourceTag/{tag}": PROJECT_ID,
        "aws:ResourceAccount": owner,
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
        # The seed code asks for it where it lets jobs be started.
        "sagemaker:VpcSubnets": "subnet-1",
    }
    return allows(boundary(stage), Request(action, resource, context))


@pytest.mark.seed
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_what_a_project_deploys_stays_within_the_boundary(product: Product) -> None:
    templates = deployed(product).templates
    found = {
        (stage, *row) for stage, template in templates.items() for row in permissions(template)
    }
    assert len(found) > 20
    assert sorted(row for row in found if not within_boundary(*row)) == []


@pytest.mark.seed
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_every_role_that_a_project_deploys_has_the_tag_of_its_project(product: Product) -> None:
    for stage, template in deployed(product).templates.items():
        roles = [r for r in template["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
        assert len(roles) >= 2
        for role in roles:
            tags = {tag["Key"]: tag["Value"] for tag in role["Properties"]["Tags"]}
            name = f"sagemaker-{tags['sagemaker:project-id']}-{stage}-"
            assert role["Properties"]["RoleName"].startswith(name)
