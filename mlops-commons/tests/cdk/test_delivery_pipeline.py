"""The delivery pipeline as a platform team sees it in CodePipeline."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_ssm as ssm

from mlops_commons.cdk.delivery_pipeline import DeliveryPipeline
from mlops_commons.cdk.pipeline_source import CodeCommitSource
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import StageRole
from mlops_commons.stage import Bootstrap, Stage, unapproved_afterwards

pytestmark = pytest.mark.construct

PUSHES = "CodeCommit Repository State Change"
STAGES = (
    ("dev", "222222222222", "eu-west-1", False),
    ("preprod", "333333333333", "eu-west-2", True),
    ("prod", "444444444444", "eu-west-1", True),
)


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    app = platform_app(outdir=str(folder))
    env = cdk.Environment(account="111111111111", region="eu-west-1")
    stack = cdk.Stack(app, "pipeline", env=env)
    delivery = DeliveryPipeline(
        stack,
        "Delivery",
        pipeline_name="mlops-infra-main-bu1",
        artifact_bucket_name="mlops-infra-pipeline-bu1-111111111111-euw1",
        source=CodeCommitSource(stack, repository_name="infra_bu1", branch_name="main"),
        synth_commands=["make test", "make synth"],
        assembly_directory="mlops-infra/cdk.out",
        cdk_version="2.1148.1",
        cdk_assets_version="4.7.3",
        notify=("ml-platform@example.com", "duty@example.com", "duty@example.com"),
    )
    for name, account, region, manual_approval in STAGES:
        stage = cdk.Stage(stack, name, env=cdk.Environment(account=account, region=region))
        inner = cdk.Stack(stage, "app")
        ssm.StringParameter(inner, "Parameter", string_value="value")
        s3_assets.Asset(inner, "Asset", path=__file__)
        comment = "prod follows" if name == "preprod" else ""
        delivery.add_stage(stage, manual_approval=manual_approval, comment=comment)
    delivery.build()
    app.synth()  # fails on any open finding
    return folder


@pytest.fixture(scope="module")
def template(assembly: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((assembly / "pipeline.template.json").read_text())
    return loaded


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def actions(template: dict[str, Any]) -> dict[str, list[str]]:
    (pipeline,) = of_type(template, "AWS::CodePipeline::Pipeline")
    return {stage["Name"]: [a["Name"] for a in stage["Actions"]] for stage in pipeline["Stages"]}


def test_it_delivers_in_order_with_an_approval_before_preprod_and_prod(
    template: dict[str, Any],
) -> None:
    found = actions(template)
    assert list(found) == ["Source", "Build", "UpdatePipeline", "Assets", "dev", "preprod", "prod"]
    assert not [name for name in found["dev"] if "approve" in name]
    assert found["preprod"][0] == "approve-preprod"
    assert found["prod"][0] == "approve-prod"
    (pipeline,) = of_type(template, "AWS::CodePipeline::Pipeline")
    said = {
        action["Name"]: action.get("Configuration", {}).get("CustomData")
        for stage in pipeline["Stages"]
        for action in stage["Actions"]
        if action["ActionTypeId"]["Category"] == "Approval"
    }
    assert said == {"approve-preprod": "prod follows", "approve-prod": None}


def test_an_approval_names_the_later_stages_in_which_nobody_is_asked() -> None:
    bootstrap = Bootstrap(aws_profile="p", execution_policy_filepath=Path("p.json"))
    kinds: dict[str, Any] = {"account": "1" * 12, "region": "eu-west-1", "bootstrap": bootstrap}
    asking: dict[str, Any] = {**kinds, "manual_approval": True}
    preprod = Stage(stage_name="preprod", role=StageRole.PREPROD, **asking)
    asked = Stage(stage_name="prod", role=StageRole.PROD, **asking)
    free = replace(asked, manual_approval=False, manual_approval_reason="the board approves merges")
    assert unapproved_afterwards([preprod, asked], preprod) == ""
    said = unapproved_afterwards([preprod, free], preprod)
    assert said == (
        "prod is deployed right after, without another approval: the board approves merges"
    )
    assert unapproved_afterwards([preprod, free], free) == ""


def test_the_pipeline_is_of_the_current_type(template: dict[str, Any]) -> None:
    (pipeline,) = of_type(template, "AWS::CodePipeline::Pipeline")
    assert pipeline["PipelineType"] == "V2"


def test_it_starts_on_a_push_and_does_not_poll(template: dict[str, Any]) -> None:
    (rule,) = (r for r in of_type(template, "AWS::Events::Rule") if PUSHES in str(r))
    assert rule["EventPattern"]["detail"]["referenceName"] == ["main"]
    (pipeline,) = of_type(template, "AWS::CodePipeline::Pipeline")
    source = pipeline["Stages"][0]["Actions"][0]["Configuration"]
    assert source["PollForSourceChanges"] is False


def topic(template: dict[str, Any]) -> str:
    (name,) = (n for n, r in template["Resources"].items() if r["Type"] == "AWS::SNS::Topic")
    return name


def test_one_topic_with_the_pipelines_name_tells_the_configured_people_once(
    template: dict[str, Any],
) -> None:
    (found,) = of_type(template, "AWS::SNS::Topic")
    assert found["TopicName"] == "mlops-infra-main-bu1"
    subscribed = of_type(template, "AWS::SNS::Subscription")
    assert sorted(row["Endpoint"] for row in subscribed) == [
        *("duty@example.com", "ml-platform@example.com")
    ]
    assert {row["Protocol"] for row in subscribed} == {"email"}
    assert {row["TopicArn"]["Ref"] for row in subscribed} == {topic(template)}


def test_each_approval_that_waits_is_told_by_a_role_that_may(template: dict[str, Any]) -> None:
    (pipeline,) = of_type(template, "AWS::CodePipeline::Pipeline")
    approvals = [
        action["Configuration"]["NotificationArn"]
        for stage in pipeline["Stages"]
        for action in stage["Actions"]
        if action["ActionTypeId"]["Category"] == "Approval"
    ]
    assert approvals == [{"Ref": topic(template)}] * 2
    role = pipeline["RoleArn"]["Fn::GetAtt"][0]
    statements = [
        statement
        for policy in of_type(template, "AWS::IAM::Policy")
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (publish,) = (s for s in statements if s["Action"] == "sns:Publish")
    assert publish["Resource"] == {"Ref": topic(template)}


def test_a_run_that_fails_is_told_in_words(template: dict[str, Any]) -> None:
    (rule,) = (r for r in of_type(template, "AWS::Events::Rule") if PUSHES not in str(r))
    assert rule["EventPattern"]["detail"] == {
        "pipeline": ["mlops-infra-main-bu1"],
        "state": ["FAILED"],
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Ref": topic(template)}
    said = target["InputTransformer"]["InputTemplate"]
    assert said.startswith('"The pipeline <pipeline> has failed: execution <execution>.')
    assert said.endswith('"')


def test_self_mutation_and_assets_use_the_pinned_tools(
    assembly: Path, template: dict[str, Any]
) -> None:
    specs = [p["Source"]["BuildSpec"] for p in of_type(template, "AWS::CodeBuild::Project")]
    text = "\n".join(specs) + "".join(f.read_text() for f in assembly.glob("buildspec-*"))
    assert "aws-cdk@2.1148.1" in text
    assert "cdk-assets@4.7.3" in text


def test_no_build_is_privileged(template: dict[str, Any]) -> None:
    projects = of_type(template, "AWS::CodeBuild::Project")
    assert len(projects) == 3
    assert [p["Environment"]["PrivilegedMode"] for p in projects] == [False] * 3
    assert {p["Environment"]["Image"] for p in projects} == {"aws/codebuild/standard:8.0"}


def test_every_build_logs_under_a_key_and_for_a_year(template: dict[str, Any]) -> None:
    (name,) = (
        name for name, r in template["Resources"].items() if r["Type"] == "AWS::Logs::LogGroup"
    )
    group = template["Resources"][name]["Properties"]
    assert group["RetentionInDays"] == 365
    key = template["Resources"][group["KmsKeyId"]["Fn::GetAtt"][0]]["Properties"]["KeyPolicy"]
    assert [s for s in key["Statement"] if s.get("Sid") == "EncryptLogGroupsOfThisStack"]
    for project in of_type(template, "AWS::CodeBuild::Project"):
        written = project["LogsConfig"]["CloudWatchLogs"]
        assert written == {"GroupName": {"Ref": name}, "Status": "ENABLED"}


def test_assets_of_all_stages_are_published_by_one_project(template: dict[str, Any]) -> None:
    assert actions(template)["Assets"] == ["FileAssets"]


def kept_there(assembly: Path) -> dict[str, Any]:
    """The template of the stack with the copies of artifacts in the other region."""
    (file,) = assembly.glob("cross-region-stack-*eu-west-2.template.json")
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def test_copies_of_artifacts_elsewhere_are_treated_as_the_artifacts(
    assembly: Path, template: dict[str, Any]
) -> None:
    (copies,) = of_type(kept_there(assembly), "AWS::S3::Bucket")
    (artifacts,) = (b for b in of_type(template, "AWS::S3::Bucket") if "BucketName" in b)
    for same in ("VersioningConfiguration", "PublicAccessBlockConfiguration", "OwnershipControls"):
        assert copies[same] == artifacts[same], same
    (here,), (there,) = (b["LifecycleConfiguration"]["Rules"] for b in (artifacts, copies))
    assert there["ExpirationInDays"] == here["ExpirationInDays"] == 180
    for same in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload", "Status"):
        assert there[same] == here[same], same
    (rule,) = copies["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (key,) = of_type(kept_there(assembly), "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True


def test_copies_elsewhere_stay_readable_when_the_stack_goes_and_do_not_block_a_second_try(
    assembly: Path,
) -> None:
    policies = {
        r["Type"]: (r.get("DeletionPolicy"), r.get("UpdateReplacePolicy"))
        for r in kept_there(assembly)["Resources"].values()
    }
    # A bucket that outlives its key holds nothing that anybody can read.
    assert policies["AWS::S3::Bucket"] == ("RetainExceptOnCreate", "Retain")
    assert policies["AWS::KMS::Key"] == policies["AWS::S3::Bucket"]


def test_artifacts_are_private_versioned_logged_and_under_a_rotating_key(
    template: dict[str, Any],
) -> None:
    bucket = next(
        b
        for b in of_type(template, "AWS::S3::Bucket")
        if b.get("BucketName") == "mlops-infra-pipeline-bu1-111111111111-euw1"
    )
    rule = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert bucket["LoggingConfiguration"]["DestinationBucketName"]
    assert all(key["EnableKeyRotation"] for key in of_type(template, "AWS::KMS::Key"))


def test_no_statement_allows_every_action(template: dict[str, Any]) -> None:
    for policy in of_type(template, "AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in statement["Action"]
