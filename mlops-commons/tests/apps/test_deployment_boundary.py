"""What projects deploy into a stage stays within the boundary that the infrastructure sets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checkouts import APPS_HERE
from policy_evaluation import listed, matches

if len(APPS_HERE) < 2:
    pytest.skip("the other app is not in this repository", allow_module_level=True)

from launched_projects import PRODUCTS
from seed_repositories import seed_repository

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.assembly.intrinsics import Scope, text
from mlops_infra.projects.deployment_boundary import boundary_statements

SYNTHESISE = """
import json, sys
from pathlib import Path
sys.path.insert(0, "tests")
from synthesis import templates
if Path("tests/conftest.py").is_file():
    from conftest import DEFINITION
    Path("inference_pipeline.json").write_text(json.dumps(DEFINITION))
print(json.dumps(templates(Path(sys.argv[1]))))
"""
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "444455556666"}
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


def permissions(template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each action with each resource that a deployed role is granted."""
    known = scope(template)
    for resource in template["Resources"].values():
        if resource["Type"] not in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                for target in listed(statement["Resource"]):
                    yield action, text(target, known)


def within_boundary(action: str, resource: str) -> bool:
    """Whether one statement of the boundary has the action on all of the resource."""
    for statement in boundary_statements("mlops"):
        patterns = [row.replace("${AWS::", "${") for row in statement.resources]
        context = {"Partition": "aws", "Region": "eu-west-1", "AccountId": "444455556666"}
        if action in statement.actions and any(matches(p, resource, context) for p in patterns):
            return True
    return False


@pytest.mark.seed
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_what_a_project_deploys_stays_within_the_boundary(product: Product, tmp_path: Path) -> None:
    repository = seed_repository(product, "deploy_app", tmp_path)
    done = repository.run("-c", SYNTHESISE, str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    templates = json.loads(done.stdout.splitlines()[-1])
    found = {row for template in templates.values() for row in permissions(template)}
    assert len(found) > 20
    assert sorted(row for row in found if not within_boundary(*row)) == []


@pytest.mark.pure
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::444455556666:role/sagemaker-p-x-dev-admin"),
        ("iam:PassRole", "arn:aws:iam::444455556666:role/sagemaker-p-x-dev-execution"),
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/anything"),
        ("s3:GetObject", "arn:aws:s3:::somebody-elses-bucket/object"),
        ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:444455556666:parameter/vpc/id"),
        ("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:eu-west-1:444455556666:endpoint/other"),
    ],
)
def test_what_nobody_deploys_is_out_of_bounds(action: str, resource: str) -> None:
    assert not within_boundary(action, resource)
