"""Studio where projects are kept apart: who gets which role, and what the account does without."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.contract import Persona
from mlops_commons.stage import Projects, Separation, Studio, StudioUser
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.grants import acknowledge_grants
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct

ENV = cdk.Environment(account="111111111111", region="eu-west-1")
DS, LEAD = Persona.DATA_SCIENTIST, Persona.LEAD_DATA_SCIENTIST
USERS = (
    StudioUser(profile_name="ds-ana", persona=DS, project="p-1"),
    StudioUser(profile_name="ds-ben", persona=DS, project="p-1"),
    StudioUser(profile_name="ds-cleo", persona=DS, project="p-2"),
    StudioUser(profile_name="ds-new", persona=DS),
    StudioUser(profile_name="lead-eva", persona=LEAD, project="p-1"),
    StudioUser(profile_name="lead-all", persona=LEAD),
)
TAG = "sagemaker:project-id"


def staged(folder: Path, separation: Separation, **more: Any) -> CoreStage:
    app = platform_app(outdir=str(folder))
    return CoreStage(
        app,
        "dev",
        env=ENV,
        studio=Studio(domain_name="studio", users=USERS, **more),
        projects=Projects(separation=separation),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("separated")
    stage = staged(folder, Separation.PROJECT)
    bucket = SecureBucket(stage.stack, "Own")
    for role in stage.stack.roles(DS):
        bucket.grant_read(role)
    acknowledge_grants(*stage.stack.roles(DS))
    cdk.App.of(stage).synth()  # type: ignore[union-attr]  # fails on any open finding
    (file,) = (folder / "assembly-dev").glob("*.template.json")
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == kind}


def projects(template: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The role of each profile, and the tag of the project that both have."""
    roles = of_type(template, "AWS::IAM::Role")
    found = {}
    for profile in of_type(template, "AWS::SageMaker::UserProfile").values():
        role = profile["UserSettings"]["ExecutionRole"]["Fn::GetAtt"][0]
        own = {t["Key"]: t["Value"] for t in profile["Tags"]}.get(TAG, "")
        of_role = {t["Key"]: t["Value"] for t in roles[role]["Tags"]}.get(TAG, "")
        assert own == of_role
        found[profile["UserProfileName"]] = (role, of_role)
    return found


def test_a_profile_has_the_role_of_its_persona_on_its_project(template: dict[str, Any]) -> None:
    found = projects(template)
    assert {name: project for name, (_, project) in found.items()} == {
        **{"ds-ana": "p-1", "ds-ben": "p-1", "ds-cleo": "p-2", "ds-new": ""},
        **{"lead-eva": "p-1", "lead-all": ""},
    }
    assert found["ds-ana"][0] == found["ds-ben"][0]
    assert len({role for role, _ in found.values()}) == 5


def test_there_are_no_roles_that_run_the_code_of_all_projects(template: dict[str, Any]) -> None:
    named = [r.get("RoleName", "") for r in of_type(template, "AWS::IAM::Role").values()]
    assert not [name for name in named if "ServiceCatalogProducts" in name]


def test_a_lead_of_a_project_reviews_it(template: dict[str, Any]) -> None:
    (rule,) = of_type(template, "Custom::ApprovalRuleTemplates").values()
    found = projects(template)
    for lead in ("lead-eva", "lead-all"):
        assert found[lead][0] in json.dumps(rule["Rules"])


def test_what_an_extension_grants_to_all_roles_of_a_persona_is_in_their_boundary_once(
    template: dict[str, Any],
) -> None:
    (boundary,) = (
        p
        for n, p in of_type(template, "AWS::IAM::ManagedPolicy").items()
        if n.startswith("PersonasDataScientistBoundary")
    )
    sids = [s["Sid"] for s in boundary["PolicyDocument"]["Statement"]]
    assert sids.count("WhatConstructsGrant") == 1


def test_a_project_without_separation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="ds-ana, ds-ben, ds-cleo, lead-eva have a project"):
        staged(tmp_path, Separation.SET)


def test_an_app_for_all_projects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="MLflow App shows the runs of all projects"):
        staged(tmp_path, Separation.PROJECT, mlflow=True)
