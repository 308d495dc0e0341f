"""The MLflow App of a stage: who may use it, and what it may use."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import Studio
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct
ENV = cdk.Environment(account="111111111111", region="eu-west-1")
APP = "AWS::SageMaker::MlflowApp"


def resources_of(folder: Path, studio: Studio) -> dict[str, Any]:
    app = platform_app(outdir=str(folder))
    CoreStage(app, "dev", env=ENV, studio=studio, parameter_namespace="retail")
    app.synth()  # fails on any finding of the rule packs
    (template,) = (folder / "assembly-dev").glob("*.template.json")
    found: dict[str, Any] = json.loads(template.read_text())["Resources"]
    return found


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    studio = Studio(domain_name="studio-retail-dev", mlflow=True)
    return resources_of(tmp_path_factory.mktemp("mlflow"), studio)


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: row for name, row in resources.items() if row["Type"] == kind}


def who_may(resources: dict[str, Any], action: str) -> set[str]:
    """The roles whose own policies name an action on the app."""
    (app,) = of_type(resources, APP)
    return {
        role["Ref"]
        for policy in of_type(resources, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if action in statement["Action"] and statement["Resource"] == {"Fn::GetAtt": [app, "Arn"]}
        for role in policy["Properties"]["Roles"]
    }


def test_who_works_in_studio_may_track_runs_and_the_auditor_may_not(
    resources: dict[str, Any],
) -> None:
    found = who_may(resources, "sagemaker:CallMlflowAppApi")
    kinds = ("DataScientist", "LeadDataScientist", "Execution", "MlEngineer")
    assert len(found) == len(kinds)
    assert not [role for role in found if "Auditor" in role]


def test_the_boundary_of_each_lets_it_through(resources: dict[str, Any]) -> None:
    boundaries = {
        name: json.dumps(row["Properties"]["PolicyDocument"])
        for name, row in of_type(resources, "AWS::IAM::ManagedPolicy").items()
        if name.endswith("Boundary") or "Boundary" in name
    }
    for role in who_may(resources, "sagemaker:CallMlflowAppApi"):
        boundary = resources[role]["Properties"]["PermissionsBoundary"]["Ref"]
        assert "sagemaker:CallMlflowAppApi" in boundaries[boundary]


def test_the_app_s_role_reaches_its_bucket_and_nothing_else(resources: dict[str, Any]) -> None:
    ((_, app),) = of_type(resources, APP).items()
    role = app["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    attached = {
        name: row["Properties"]["PolicyDocument"]["Statement"]
        for name, row in resources.items()
        if {"Ref": role} in row.get("Properties", {}).get("Roles", [])
    }
    ((policy, statements),) = attached.items()
    assert policy in app["DependsOn"]
    bucket = app["Properties"]["ArtifactStoreUri"]["Fn::Join"][1][1]["Ref"]
    places = {json.dumps(statement["Resource"]) for statement in statements}
    assert all(bucket in place or "ArtifactsKey" in place for place in places)
    assert "AssumeRolePolicyDocument" in resources[role]["Properties"]
    trust = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [statement["Condition"] for statement in trust] == [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    ]


def test_versions_are_registered_by_projects_alone(resources: dict[str, Any]) -> None:
    (app,) = of_type(resources, APP).values()
    assert app["Properties"]["ModelRegistrationMode"] == "AutoModelRegistrationDisabled"


def test_its_arn_is_in_the_contract(resources: dict[str, Any]) -> None:
    (app,) = of_type(resources, APP)
    found = {
        row["Properties"]["Name"]: row["Properties"]["Value"]
        for row in of_type(resources, "AWS::SSM::Parameter").values()
    }
    assert found["/retail/mlops/mlflow/arn"] == {"Fn::GetAtt": [app, "Arn"]}


def test_without_the_key_there_is_none(tmp_path: Path) -> None:
    found = resources_of(tmp_path, Studio(domain_name="studio"))
    assert of_type(found, APP) == {}
    assert "mlflow" not in json.dumps(found).lower()
