"""What every deployment has, whatever it deploys."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from synthesis import FILE, STAGES, VERSION, of_type, settings, templates

from deploy_app.application import build
from deploy_app.lint import main as lint

TAG = "sagemaker:project-id"
REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    templates(folder)
    return folder


def stages(assembly: Path) -> dict[str, dict[str, Any]]:
    return {s: json.loads((assembly / f"{s}.template.json").read_text()) for s in STAGES}


def test_the_tags_that_the_organization_requires_are_on_everything(tmp_path: Path) -> None:
    """A topic policy, a role's policy and such have none of their own."""
    wanted = settings().model_copy(update={"required_tags": '{"CostCenter": "4711"}'})
    build(wanted, VERSION, tmp_path).synth()
    for template in stages(tmp_path).values():
        project = [r for r in template["Resources"].values() if TAG in json.dumps(r)]
        assert len(project) > 3
        for resource in project:
            if "Tags" in resource["Properties"]:
                tags = json.dumps(resource["Properties"]["Tags"])
                assert "CostCenter" in tags and "4711" in tags, resource["Type"]


def test_access_is_logged_into_the_organization_s_bucket_of_the_stage(tmp_path: Path) -> None:
    named = {"access_logs_bucket": "acme-logs-{account}", "access_logs_prefix": "mlops/"}
    build(settings().model_copy(update=named), VERSION, tmp_path).synth()
    for stage, template in stages(tmp_path).items():
        buckets = of_type(template, "AWS::S3::Bucket")
        assert buckets
        for bucket in buckets:
            logged = bucket["LoggingConfiguration"]
            assert logged["DestinationBucketName"] == f"acme-logs-{settings().account(stage)}"
            assert logged["LogFilePrefix"] == "mlops/"


def test_roles_have_path_and_prefix_of_the_organization_and_are_known_by_them(
    assembly: Path, tmp_path: Path
) -> None:
    named = {"role_path": "/platform/ml/", "role_name_prefix": "acme-"}
    build(settings().model_copy(update=named), VERSION, tmp_path).synth()
    plain = stages(assembly)
    for stage, template in stages(tmp_path).items():
        roles = of_type(template, "AWS::IAM::Role")
        before = [role["RoleName"] for role in of_type(plain[stage], "AWS::IAM::Role")]
        assert [role["RoleName"] for role in roles] == [f"acme-{name}" for name in before]
        assert {role["Path"] for role in roles} == {"/platform/ml/"}
        text = json.dumps(template)
        assert ":role/" in text
        assert text.count(":role/") == text.count(":role/platform/ml/acme-sagemaker-")


def test_there_is_one_template_for_each_stage_and_no_asset(assembly: Path) -> None:
    found = sorted(file.name for file in assembly.glob("*.template.json"))
    assert found == sorted(f"{stage}.template.json" for stage in STAGES)
    assert not list(assembly.glob("asset.*"))
    for template in stages(assembly).values():
        assert "Rules" not in template
        assert "BootstrapVersion" not in template["Parameters"]


def test_stages_of_other_names_have_what_those_of_their_roles_have(
    assembly: Path, tmp_path: Path
) -> None:
    names = {"dev": "qlab", "prod": "qlive"}
    accounts = {f"{names[role]}_account": settings().account(role) for role in names}
    own = {"stages": "qlab=dev,qlive=prod", **accounts}
    build(settings().model_copy(update=own), VERSION, tmp_path).synth()
    assert len(list(tmp_path.glob("*.template.json"))) == len(names)
    for role, name in names.items():
        text = (tmp_path / f"{name}.template.json").read_text()
        assert json.loads(text.replace(name, role)) == stages(assembly)[role]


def test_cfn_lint_finds_nothing(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(assembly)
    assert lint(assembly) == 0


def test_two_syntheses_are_alike(assembly: Path, tmp_path: Path) -> None:
    assert templates(tmp_path) == stages(assembly)


def test_an_open_bucket_would_be_found(tmp_path: Path) -> None:
    app = build(settings(), "arn:aws:sagemaker:eu-west-1:111122223333:model-package/g/1", tmp_path)
    stack = app.node.find_child("dev")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Open")
    with pytest.raises(Exception, match="dev/Open/Resource"):
        app.synth()


def test_a_failed_first_deployment_leaves_no_bucket_behind(assembly: Path) -> None:
    for template in stages(assembly).values():
        kept = [
            resource.get("DeletionPolicy")
            for resource in template["Resources"].values()
            if resource["Type"] in ("AWS::S3::Bucket", "AWS::KMS::Key")
        ]
        assert kept
        assert set(kept) == {"RetainExceptOnCreate"}


def test_the_roles_have_the_names_that_dev_lets_in(assembly: Path) -> None:
    for stage, template in stages(assembly).items():
        names = [role["RoleName"] for role in of_type(template, "AWS::IAM::Role")]
        project = settings().project_id
        assert f"sagemaker-{project}-{stage}-execution" in names
        assert f"sagemaker-{project}-{stage}-test" in names


def test_what_runs_in_a_stage_tells_which_user_of_studio_has_started_it(assembly: Path) -> None:
    for stage, template in stages(assembly).items():
        name = f"sagemaker-{settings().project_id}-{stage}-execution"
        (role,) = [r for r in of_type(template, "AWS::IAM::Role") if r["RoleName"] == name]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == ["sts:AssumeRole", "sts:SetSourceIdentity"]


def test_only_the_role_in_dev_that_tests_this_stage_takes_the_test_role(assembly: Path) -> None:
    for stage, template in stages(assembly).items():
        (role,) = [
            r for r in of_type(template, "AWS::IAM::Role") if r["RoleName"].endswith("-test")
        ]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        condition = json.dumps(statement["Condition"])
        assert f'role/sagemaker-{settings().project_id}-test-{stage}"' in condition
        assert settings().dev_account in json.dumps(statement["Principal"])


def test_no_physical_name_is_too_long_and_each_has_its_stage(assembly: Path) -> None:
    limits = {"RoleName": 64, "EndpointName": 63, "BucketName": 63, "AlarmName": 255}
    seen = 0
    for stage, template in stages(assembly).items():
        for resource in template["Resources"].values():
            for name, maximum in limits.items():
                value = resource.get("Properties", {}).get(name)
                if isinstance(value, str):
                    seen += 1
                    assert len(value) <= maximum, value
                    assert f"-{stage}" in value
    assert seen >= 9


def test_every_role_has_the_boundary_of_its_stage(assembly: Path) -> None:
    for template in stages(assembly).values():
        roles = of_type(template, "AWS::IAM::Role")
        assert len(roles) >= 2
        assert all(role["PermissionsBoundary"] == {"Ref": "DeploymentBoundary"} for role in roles)


def test_network_and_boundary_come_from_the_ssm_contract_of_the_stage(assembly: Path) -> None:
    defaults = {
        stage: {p["Default"] for p in template["Parameters"].values()}
        for stage, template in stages(assembly).items()
    }
    network = {"/vpc/id", "/vpc/subnets/private/ids", "/vpc/sg/id"}
    assert defaults["prod"] == {*network, "/mlops/boundary/deployment"}
    assert defaults["preprod"] == {f"/bu1{name}" for name in defaults["prod"]}


def test_no_policy_allows_every_action_or_has_full_access_in_its_name(assembly: Path) -> None:
    for template in stages(assembly).values():
        assert "FullAccess" not in json.dumps(template)
        for policy in of_type(template, "AWS::IAM::ManagedPolicy"):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                listed = actions if isinstance(actions, list) else [actions]
                assert not [action for action in listed if "*" in action]


def test_data_is_encrypted_with_an_own_key_and_closed(assembly: Path) -> None:
    for template in stages(assembly).values():
        (key,) = of_type(template, "AWS::KMS::Key")
        assert key["EnableKeyRotation"] is True
        for bucket in of_type(template, "AWS::S3::Bucket"):
            assert all(bucket["PublicAccessBlockConfiguration"].values())


@pytest.mark.parametrize("version", ["none", ""])
def test_without_a_version_synthesis_says_so_and_succeeds(tmp_path: Path, version: str) -> None:
    if version:
        (tmp_path / "model.json").write_text(json.dumps({"model_package_arn": version}))
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "app.py")],
        cwd=tmp_path,
        env={"DEPLOY_SETTINGS": str(FILE), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if version:
        assert done.returncode == 0, done.stderr
        made = {file.name for file in (tmp_path / "cdk.out").iterdir()}
        assert made & {"README.txt", "dev.template.json"}
    else:
        assert done.returncode == 1
        assert re.search("python -m deploy_app.select_model", done.stderr)
