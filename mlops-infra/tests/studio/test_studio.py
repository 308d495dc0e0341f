"""Studio in a stage's template: today's experience, closed and encrypted."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from service_authorization import lacking

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import Persona
from mlops_commons.stage import AuthMode, Studio, StudioUser
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.members import Member
from mlops_infra.core_stage import CoreStage
from mlops_infra.studio.domain import domain_resources
from mlops_infra.studio.service_catalog_roles import SERVICE_CATALOG_ROLES

POLICY_TYPES = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")
pytestmark = pytest.mark.construct

ENV = cdk.Environment(account="111111111111", region="eu-west-1")
USERS = (
    StudioUser(profile_name="ds-ana", persona=Persona.DATA_SCIENTIST),
    StudioUser(profile_name="lead-ds-eva", persona=Persona.LEAD_DATA_SCIENTIST),
)


def synthesised(folder: Path, props: Studio, **more: Any) -> dict[str, Any]:
    app = platform_app(outdir=str(folder))
    CoreStage(app, "dev", env=ENV, studio=props, **more)
    app.synth()  # fails on any open finding
    (template,) = (folder / "assembly-dev").glob("*.template.json")
    loaded: dict[str, Any] = json.loads(template.read_text())
    return loaded


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    props = Studio(domain_name="studio", users=USERS, idle_timeout_minutes=90)
    return synthesised(tmp_path_factory.mktemp("studio"), props)


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r for r in template["Resources"].values() if r["Type"] == kind]


def domain(template: dict[str, Any]) -> dict[str, Any]:
    (found,) = resources(template, "AWS::SageMaker::Domain")
    return found


def parameter(template: dict[str, Any], name: str) -> Any:
    """What the contract says under a name."""
    (value,) = (
        r["Properties"]["Value"]
        for r in resources(template, "AWS::SSM::Parameter")
        if r["Properties"]["Name"] == name
    )
    return value


def policy(template: dict[str, Any], name: str) -> str:
    """The logical id of a policy of the personas."""
    (found,) = (n for n in template["Resources"] if n.startswith(f"Personas{name}Policy"))
    return found


def test_the_domain_is_closed_and_encrypted(template: dict[str, Any]) -> None:
    properties = domain(template)["Properties"]
    assert properties["AppNetworkAccessType"] == "VpcOnly"
    assert properties["KmsKeyId"] == {"Ref": "StudioKey"}
    assert (
        properties["DefaultUserSettings"]["SharingSettings"]["NotebookOutputOption"] == "Disabled"
    )
    assert len(properties["SubnetIds"]) == 3


def test_it_opens_todays_studio_without_a_home_file_system(template: dict[str, Any]) -> None:
    properties = domain(template)["Properties"]
    settings = properties["DefaultUserSettings"]
    assert (settings["StudioWebPortal"], settings["DefaultLandingUri"]) == ("ENABLED", "studio::")
    assert settings["AutoMountHomeEFS"] == "Disabled"
    assert "JupyterServer" in settings["StudioWebPortalSettings"]["HiddenAppTypes"]
    assert properties["HomeEfsFileSystemCreation"] == "Disabled"


@pytest.mark.parametrize("app", ["JupyterLabAppSettings", "CodeEditorAppSettings"])
def test_an_idle_app_stops(template: dict[str, Any], app: str) -> None:
    settings = domain(template)["Properties"]["DefaultUserSettings"][app]
    assert settings["AppLifecycleManagement"]["IdleSettings"] == {
        "LifecycleManagement": "ENABLED",
        "IdleTimeoutInMinutes": 90,
    }


def test_the_trail_shows_the_person(template: dict[str, Any]) -> None:
    settings = domain(template)["Properties"]["DomainSettings"]
    assert settings["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME"


def test_each_user_works_with_the_role_of_the_persona(template: dict[str, Any]) -> None:
    found = {
        r["Properties"]["UserProfileName"]: r["Properties"]["UserSettings"]["ExecutionRole"]
        for r in resources(template, "AWS::SageMaker::UserProfile")
    }
    assert found == {
        "ds-ana": parameter(template, "/mlops/role/ds"),
        "lead-ds-eva": parameter(template, "/mlops/role/lead"),
    }


def test_projects_are_enabled_through_the_provider_framework(template: dict[str, Any]) -> None:
    (resource,) = resources(template, "Custom::EnableSageMakerProjects")
    visible_to = [arn["Fn::GetAtt"][0] for arn in resource["Properties"]["ExecutionRoles"]]
    roles = [parameter(template, persona.parameter)["Fn::GetAtt"][0] for persona in Persona]
    assert sorted(visible_to) == sorted(roles)
    assert "frameworkonEvent" in json.dumps(resource["Properties"]["ServiceToken"])


@pytest.mark.parametrize("role", SERVICE_CATALOG_ROLES, ids=lambda role: role.name)
def test_the_roles_that_awss_templates_name_exist(template: dict[str, Any], role: Any) -> None:
    found = [
        r
        for r in resources(template, "AWS::IAM::Role")
        if r["Properties"].get("RoleName") == role.name
    ]
    (properties,) = (r["Properties"] for r in found)
    assert properties["Path"] == "/service-role/"
    trust, *named = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "StringEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    # Studio's domain tells the user of every session (source identity).
    told = [action for row in named for action in [row["Action"]]]
    assert told == (["sts:SetSourceIdentity"] if role.part == "Execution" else [])
    # Whoever pushes code to a project's repository must not decide for the lead.
    keeps_out = {"Ref": policy(template, "DenyDecisions")} in properties["ManagedPolicyArns"]
    assert keeps_out is (role.part != "Launch")


def test_jobs_of_awss_templates_run_as_their_own_role_within_the_limits_of_a_data_scientists(
    template: dict[str, Any],
) -> None:
    (role_id,) = (
        name
        for name, r in template["Resources"].items()
        if r["Properties"].get("RoleName") == "AmazonSageMakerServiceCatalogProductsExecutionRole"
    )
    arns = template["Resources"][role_id]["Properties"]["ManagedPolicyArns"]
    policies = {arn["Ref"] for arn in arns}
    data_scientist = parameter(template, "/mlops/role/ds")["Fn::GetAtt"][0]
    theirs = template["Resources"][data_scientist]["Properties"]["ManagedPolicyArns"]
    assert policies < {arn["Ref"] for arn in theirs}
    limits = ("RunJobs", "DenyDecisions")
    assert {policy(template, name) for name in limits} < policies
    (passing,) = (
        r["Properties"]
        for r in resources(template, "AWS::IAM::ManagedPolicy")
        if r["Properties"].get("Roles") == [{"Ref": role_id}]
    )
    (allow,) = (s for s in passing["PolicyDocument"]["Statement"] if s["Effect"] == "Allow")
    assert allow["Resource"] == {"Fn::GetAtt": [role_id, "Arn"]}


def test_jobs_are_kept_in_the_private_subnets_of_the_stage(template: dict[str, Any]) -> None:
    document = template["Resources"][policy(template, "RunJobs")]["Properties"]["PolicyDocument"]
    conditions = {s["Sid"]: s.get("Condition", {}) for s in document["Statement"]}
    only = conditions["NeverInOtherSubnets"]["ForAnyValue:StringNotEquals"]
    assert only["sagemaker:VpcSubnets"] == domain(template)["Properties"]["SubnetIds"]
    assert len(only["sagemaker:VpcSubnets"]) == 3


def test_another_stack_may_own_those_roles(tmp_path: Path) -> None:
    props = Studio(domain_name="studio", create_service_catalog_roles=False)
    roles = resources(synthesised(tmp_path, props), "AWS::IAM::Role")
    assert not [role for role in roles if "RoleName" in role["Properties"]]


def test_data_is_retained_unless_the_stage_says_destroy(
    tmp_path: Path, template: dict[str, Any]
) -> None:
    assert domain(template)["DeletionPolicy"] == "RetainExceptOnCreate"
    destroyed = synthesised(
        tmp_path,
        Studio(domain_name="studio"),
        removal_policy=cdk.RemovalPolicy.DESTROY,
        parameter_namespace="trial",
    )
    kinds = ("AWS::SageMaker::Domain", "AWS::KMS::Key", "AWS::Logs::LogGroup")
    stateful = [r for kind in kinds for r in resources(destroyed, kind)]
    assert {r["DeletionPolicy"] for r in stateful} == {"Delete"}
    names = [r["Properties"]["Name"] for r in resources(destroyed, "AWS::SSM::Parameter")]
    assert all(name.startswith("/trial/") for name in names)


def test_every_log_group_is_encrypted(template: dict[str, Any]) -> None:
    groups = resources(template, "AWS::Logs::LogGroup")
    assert len(groups) == 6
    assert all(group["Properties"]["KmsKeyId"] for group in groups)


def test_users_whose_names_differ_by_a_hyphen_only_both_get_a_profile() -> None:
    users = tuple(
        StudioUser(profile_name=name, persona=Persona.EXECUTION) for name in ("a-1b", "a1b")
    )
    made = domain_resources(
        Studio(domain_name="studio", users=users),
        vpc_id="vpc-1",
        subnet_ids=["subnet-1"],
        security_group_id="sg-1",
        role_arns={Member(Persona.EXECUTION): "arn:aws:iam::111111111111:role/execution"},
        default_persona=Persona.EXECUTION,
        retention={},
    )
    profiles = [r for r in made.values() if r["Type"] == "AWS::SageMaker::UserProfile"]
    assert [p["Properties"]["UserProfileName"] for p in profiles] == ["a-1b", "a1b"]


def test_people_sign_in_by_identity_center_each_as_one_profile(tmp_path: Path) -> None:
    users = tuple(replace(user, identity_center_user=user.profile_name[-3:]) for user in USERS)
    found = synthesised(tmp_path, Studio(users=users, auth_mode=AuthMode.SSO))
    assert domain(found)["Properties"]["AuthMode"] == "SSO"
    profiles = [r["Properties"] for r in resources(found, "AWS::SageMaker::UserProfile")]
    assert {p["UserProfileName"]: p["SingleSignOnUserValue"] for p in profiles} == {
        "ds-ana": "ana",
        "lead-ds-eva": "eva",
    }
    assert {p["SingleSignOnUserIdentifier"] for p in profiles} == {"UserName"}


@pytest.mark.parametrize("mode", AuthMode)
def test_an_app_that_mixes_both_ways_to_sign_in_is_refused(tmp_path: Path, mode: AuthMode) -> None:
    one, other = USERS
    mixed = (replace(one, identity_center_user="ana"), other)
    with pytest.raises(PlatformError, match="identity_center_user"):
        synthesised(tmp_path, Studio(users=mixed, auth_mode=mode))


def test_every_role_of_a_stage_has_what_its_actions_depend_on(template: dict[str, Any]) -> None:
    found = template["Resources"]
    policies = {n: r["Properties"] for n, r in found.items() if r["Type"] in POLICY_TYPES}
    roles = {n: r["Properties"] for n, r in found.items() if r["Type"] == "AWS::IAM::Role"}
    wrong = {}
    for name, role in roles.items():
        statements = [
            statement
            for policy, properties in policies.items()
            if {"Ref": name} in properties.get("Roles", [])
            or {"Ref": policy} in role.get("ManagedPolicyArns", [])
            for statement in properties["PolicyDocument"]["Statement"]
            if "Action" in statement
        ]
        wrong[name] = lacking(statements)
    assert len(wrong) > 15
    assert {name: actions for name, actions in wrong.items() if actions} == {}
