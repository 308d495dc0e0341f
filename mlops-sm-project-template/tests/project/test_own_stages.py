"""Projects of sets whose stages have names of their own, or are two, four or five."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from launched_projects import (
    DEV,
    PRODUCTS,
    PROPS,
    STAGES,
    LaunchedProject,
    longest,
    product,
    template,
)
from policy_evaluation import Request, allows

from cdk_service_catalog.project.props import TargetStage
from mlops_commons.contract import StageRole

pytestmark = pytest.mark.pure

RENAMED = {"dev": "qlab", "preprod": "quat", "prod": "qlive"}
LENGTHS = {
    "AWS::IAM::ManagedPolicy": ("PolicyDocument", 6144),
    "AWS::KMS::Key": ("KeyPolicy", 32768),
    "AWS::S3::BucketPolicy": ("PolicyDocument", 20480),
    "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupPolicy", 20480),
    "AWS::ECR::Repository": ("RepositoryPolicyText", 10240),
}
"""What a policy may have, in characters: the quotas of IAM, KMS, S3, SageMaker and ECR."""
SLUGS = tuple(product.slug for product in PRODUCTS)


def of(*stages: str) -> tuple[TargetStage, ...]:
    """Stages from `name=role`, each with an account of its own."""
    pairs = (stage.split("=") for stage in stages)
    return tuple(
        TargetStage(name=name, role=StageRole(role), account_id=f"{number}" * 12)
        for number, (name, role) in enumerate(pairs, start=2)
    )


FOUR = of("lab=dev", "int=preprod", "uat=preprod", "live=prod")
FIVE = of("lab=dev", "int=preprod", "uat=preprod", "live-one=prod", "live-two=prod")
LONGEST = of("a" * 13 + "=dev", *(f"{letter * 13}=preprod" for letter in "bcd"), f"{'e' * 13}=prod")


def made(slug: str, stages: tuple[TargetStage, ...]) -> dict[str, Any]:
    return template(product(slug).definition, replace(PROPS, stages=stages))


def project(slug: str, stages: tuple[TargetStage, ...], **parameters: str) -> LaunchedProject:
    accounts = {stage.account: stage.account_id for stage in stages}
    accounts["AWS::AccountId"] = DEV
    props = replace(PROPS, stages=stages)
    return LaunchedProject(product(slug).definition, {**accounts, **parameters}, props)


def pipeline(found: LaunchedProject) -> list[tuple[str, list[str]]]:
    (deploy,) = (
        row
        for row in found.of_type("AWS::CodePipeline::Pipeline")
        if row["Name"].endswith("-deploy")
    )
    return [(s["Name"], [a["Name"] for a in s["Actions"]]) for s in deploy["Stages"][3:]]


@pytest.mark.parametrize("slug", SLUGS)
def test_renamed_stages_give_the_same_project_but_for_their_names(slug: str) -> None:
    renamed = tuple(replace(stage, name=RENAMED[stage.name]) for stage in STAGES)
    text = json.dumps(untold(made(slug, renamed)))
    for role, name in RENAMED.items():
        text = text.replace(name.upper(), role.upper()).replace(name, role)
        text = text.replace(name.capitalize(), role.capitalize())
    as_shipped = re.sub(r"\bPreprodAccount\b", "PreProdAccount", text)
    assert json.loads(as_shipped) == json.loads(json.dumps(made(slug, STAGES)))


def untold(value: Any) -> Any:
    """Without the variable that tells builds what the stages are called."""
    if isinstance(value, dict):
        return {key: untold(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [untold(row) for row in value if not (isinstance(row, dict) and is_told(row))]
    return value


def is_told(row: dict[str, Any]) -> bool:
    told = row.get("Name") == "STAGES"
    assert not told or row["Value"] == "qlab=dev,quat=preprod,qlive=prod"
    return told


@pytest.mark.parametrize("slug", SLUGS)
def test_deliveries_pass_every_stage_in_order_with_an_approval_after_dev(slug: str) -> None:
    for stages in (of("dev=dev", "prod=prod"), FOUR, FIVE):
        found = pipeline(project(slug, stages))
        assert [name for name, _ in found] == [f"Deploy-{stage.name}" for stage in stages]
        for stage, (_, steps) in zip(stages, found, strict=True):
            asked = [] if stage.role is StageRole.DEV else [f"Approve-{stage.name}"]
            assert steps == [
                f"Prepare-{stage.name}",
                *asked,
                f"Deploy-{stage.name}",
                f"Test-{stage.name}",
            ]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_tests_of_a_stage_reach_no_other_one(slug: str) -> None:
    found = project(slug, FIVE)
    roles = {
        stage.name: f"arn:aws:iam::{stage.account_id if number else DEV}:role/"
        f"sagemaker-p-abc123def456-{stage.name}-test"
        for number, stage in enumerate(FIVE)
    }
    for stage in FIVE:
        statements = found.statements(f"Test{stage.id}")
        may = [n for n, arn in roles.items() if allows(statements, Request("sts:AssumeRole", arn))]
        assert may == [stage.name]


def test_the_deploy_pipeline_enters_each_stage_of_its_set_and_no_other() -> None:
    statements = project("basic", FIVE).statements("DeployPipeline")
    accounts = {stage.name: stage.account_id for stage in FIVE} | {FIVE[0].name: DEV}
    for name, account in accounts.items():
        entered = f"arn:aws:iam::{account}:role/mlops-bu-{name}-project-deploy-euw1"
        assert allows(statements, Request("sts:AssumeRole", entered)), name
    other = f"arn:aws:iam::{DEV}:role/mlops-bu-prod-project-deploy-euw1"
    assert not allows(statements, Request("sts:AssumeRole", other))


def test_a_person_cannot_choose_the_account_of_any_stage() -> None:
    parameters = made("basic", FIVE)["Parameters"]
    accounts = {name: row for name, row in parameters.items() if name.endswith("Account")}
    assert {name: row["AllowedValues"] for name, row in accounts.items()} == {
        "IntAccount": ["333333333333"],
        "UatAccount": ["444444444444"],
        "LiveOneAccount": ["555555555555"],
        "LiveTwoAccount": ["666666666666"],
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_a_set_with_dev_alone_shares_its_models_with_nobody(slug: str) -> None:
    found = project(slug, of("dev=dev"))
    (group,) = found.of_type("AWS::SageMaker::ModelPackageGroup")
    assert "ModelPackageGroupPolicy" not in group
    assert all("RepositoryPolicyText" not in row for row in found.of_type("AWS::ECR::Repository"))
    assert [name for name, _ in pipeline(found)] == ["Deploy-dev"]


@pytest.mark.parametrize("slug", SLUGS)
def test_five_stages_with_the_longest_names_fit_into_every_policy(slug: str) -> None:
    found = project(slug, LONGEST, **longest())
    for kind, (key, most) in LENGTHS.items():
        for row in found.of_type(kind):
            if key in row:
                assert len(json.dumps(row[key], separators=(",", ":"))) <= most, (kind, row)
    (deploy,) = (p for p in found.of_type("AWS::CodePipeline::Pipeline") if len(p["Stages"]) > 2)
    for stage in deploy["Stages"]:
        for action in stage["Actions"]:
            assert all(len(str(value)) <= 1000 for value in action["Configuration"].values())
    assert all(len(row["RoleName"]) <= 64 for row in found.of_type("AWS::IAM::Role"))
