"""Pipelines that begin at a git host or with an archive, as CodePipeline and IAM see them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.assembly.templates import Environment, read_template
from mlops_commons.cdk.archive_source import ArchiveSource, ArchiveStack
from mlops_commons.cdk.connection_source import ConnectionSource, ConnectionStack
from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.pipeline_source import Begin
from mlops_commons.cdk.pipeline_stack import PipelineStack
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.execution_policies.execution_policy import execution_policy

pytestmark = pytest.mark.construct

PLACE = cdk.Environment(account="111111111111", region="eu-west-1")
APP = DeliveredApp(name="infra", title="Infra", directory="mlops-infra", content="Infra")
THERE = "arn:aws:codeconnections:eu-west-1:999999999999:connection/aaaa"
BUCKET = "mlops-infra-archive-bu-111111111111-euw1"
Template = dict[str, Any]


def _stage(scope: Any) -> cdk.Stage:
    stage = cdk.Stage(scope, "dev", env=PLACE)
    cdk.CfnResource(cdk.Stack(stage, "app"), "Topic", type="AWS::SNS::Topic")
    return stage


def _pipeline(app: cdk.App, name: str, begin: Begin, before: cdk.Stack | None = None) -> None:
    stack = PipelineStack(
        app,
        name,
        env=PLACE,
        delivered_app=APP,
        set_name="bu",
        pipeline_name=name,
        artifact_bucket_name=f"artifacts-of-{name}",
        begin=begin,
        cdk_version="2.1148.1",
        cdk_assets_version="4.7.3",
        stages=[DeliveredStage(create=_stage, manual_approval=False)],
    )
    if before:
        stack.add_stack_dependency(before)


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    app = platform_app(outdir=str(folder))
    own: dict[str, Any] = {"env": PLACE, "delivered_app": APP, "set_name": "bu"}
    connection = ConnectionStack(
        app, "connection", connection_name="mlops-infra-bu", provider="GitHub", **own
    )
    archive = ArchiveStack(app, "archive", bucket_name=BUCKET, **own)
    place = {"repository": "example/infra", "branch_name": "release/x"}
    made = ConnectionSource(connection_arn=connection.connection_arn, **place)
    there = ConnectionSource(connection_arn=THERE, **place)
    _pipeline(app, "made", lambda scope: made, connection)
    _pipeline(app, "there", lambda scope: there)
    _pipeline(
        app,
        "archived",
        lambda scope: ArchiveSource(scope, bucket=archive.bucket, bucket_name=BUCKET),
        archive,
    )
    app.synth()  # fails on any open finding
    return folder


def template(assembly: Path, stack: str) -> Template:
    found: Template = json.loads((assembly / f"{stack}.template.json").read_text())
    return found


def of_type(found: Template, kind: str) -> list[Template]:
    return [r["Properties"] for r in found["Resources"].values() if r["Type"] == kind]


def pipeline(assembly: Path, stack: str) -> Template:
    (found,) = of_type(template(assembly, stack), "AWS::CodePipeline::Pipeline")
    return found


def statements(assembly: Path, stack: str) -> Iterator[Template]:
    """Of the role of the pipeline itself."""
    found = template(assembly, stack)
    (role,) = {p["RoleArn"]["Fn::GetAtt"][0] for p in of_type(found, "AWS::CodePipeline::Pipeline")}
    for policy in of_type(found, "AWS::IAM::Policy"):
        if {"Ref": role} in policy["Roles"]:
            yield from policy["PolicyDocument"]["Statement"]


@pytest.mark.parametrize("stack", ["made", "there"])
def test_a_push_to_the_one_branch_starts_it_once(assembly: Path, stack: str) -> None:
    found = pipeline(assembly, stack)
    (action,) = found["Stages"][0]["Actions"]
    assert action["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    # CodePipeline User Guide, "CodeStarSourceConnection": a trigger besides would be a second run.
    assert action["Configuration"]["DetectChanges"] is False
    assert found["PipelineType"] == "V2"
    (trigger,) = found["Triggers"]
    assert trigger["ProviderType"] == action["ActionTypeId"]["Provider"]
    assert trigger["GitConfiguration"]["SourceActionName"] == action["Name"]
    assert trigger["GitConfiguration"]["Push"] == [{"Branches": {"Includes": ["release/x"]}}]


def test_the_pipeline_has_the_shape_of_cloudformations_schema(assembly: Path) -> None:
    import jsonschema

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "eu-west-1", "AWS::CodePipeline::Pipeline"
    ).schema
    trigger = schema["definitions"]["PipelineTriggerDeclaration"]
    for found in pipeline(assembly, "made")["Triggers"]:
        jsonschema.validate(found, {**trigger, "definitions": schema["definitions"]})


@pytest.mark.parametrize("stack", ["made", "there"])
def test_the_role_uses_the_connection_for_one_branch_of_one_repository(
    assembly: Path, stack: str
) -> None:
    used = [s for s in statements(assembly, stack) if "UseConnection" in str(s["Action"])]
    assert {s["Action"] for s in used} == {
        "codeconnections:UseConnection",
        "codestar-connections:UseConnection",
    }
    for statement in used:
        prefix = statement["Action"].partition(":")[0]
        assert statement["Condition"] == {
            "StringEqualsIfExists": {
                f"{prefix}:FullRepositoryId": "example/infra",
                f"{prefix}:BranchName": "release/x",
            }
        }
        assert statement["Resource"] == THERE or "Fn::ImportValue" in statement["Resource"]


def test_a_connection_is_kept_because_a_person_has_finished_it(assembly: Path) -> None:
    (found,) = (
        r
        for r in template(assembly, "connection")["Resources"].values()
        if r["Type"] == "AWS::CodeConnections::Connection"
    )
    assert found["DeletionPolicy"] == "RetainExceptOnCreate"
    assert found["UpdateReplacePolicy"] == "Retain"


def test_cloudformation_passes_the_connections_of_pipelines_to_pipelines_alone(
    assembly: Path,
) -> None:
    stacks = [
        read_template(assembly, summary)
        for summary in read_stacks(assembly)
        if summary.stack in ("connection", "made", "there")
    ]
    place = Environment(partition="aws", account=str(PLACE.account), region=str(PLACE.region))
    found = {
        action: s
        for s in execution_policy(stacks, place).statements
        for action in s.actions
        if action.endswith(":PassConnection")
    }
    assert set(found) == {
        "codeconnections:PassConnection",
        "codestar-connections:PassConnection",
    }
    for action, statement in found.items():
        key = f"{action.partition(':')[0]}:PassedToService"
        assert statement.condition == {"StringEquals": {key: "codepipeline.amazonaws.com"}}
        assert statement.resources == (
            "arn:aws:codeconnections:eu-west-1:111111111111:connection/*",
            THERE,
        )


def test_an_upload_starts_the_pipeline_and_nobody_polls(assembly: Path) -> None:
    (action,) = pipeline(assembly, "archived")["Stages"][0]["Actions"]
    assert action["Configuration"] == {
        "S3Bucket": BUCKET,
        "S3ObjectKey": "snapshot.zip",
        "PollForSourceChanges": False,
    }
    (rule,) = (
        rule
        for rule in of_type(template(assembly, "archived"), "AWS::Events::Rule")
        if rule["EventPattern"]["source"] == ["aws.s3"]
    )
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [BUCKET]}, "object": {"key": ["snapshot.zip"]}},
    }
    assert rule["Targets"][0]["DeadLetterConfig"]
    bucket = next(
        b
        for b in of_type(template(assembly, "archive"), "AWS::S3::Bucket")
        if b.get("BucketName") == BUCKET
    )
    # CodePipeline refuses a source bucket without versions; the rule needs EventBridge.
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


def test_the_role_reads_the_archive_and_writes_nothing_of_its_bucket(assembly: Path) -> None:
    found = {
        action
        for s in statements(assembly, "archived")
        if BUCKET in json.dumps(s["Resource"])
        for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    }
    assert found == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetBucketAcl",
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
    }
