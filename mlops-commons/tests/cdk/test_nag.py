"""The gate: a finding anywhere in the app, pipeline stages included, fails synth."""

from contextlib import nullcontext
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from mlops_commons.cdk.delivery_pipeline import DeliveryPipeline
from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.pipeline_source import CodeCommitSource
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.platform_stage import PlatformStage

pytestmark = pytest.mark.construct

GOVERNANCE = cdk.Environment(account="111111111111", region="eu-west-1")
TARGET = cdk.Environment(account="222222222222", region="eu-west-1")


def app_with_a_bare_bucket_in_a_pipeline_stage(app: cdk.App) -> s3.Bucket:
    stack = cdk.Stack(app, "pipeline", env=GOVERNANCE)
    delivery = DeliveryPipeline(
        stack,
        "Delivery",
        pipeline_name="canary",
        artifact_bucket_name="canary-111111111111-euw1",
        source=CodeCommitSource(stack, repository_name="canary", branch_name="main"),
        synth_commands=["true"],
        assembly_directory="cdk.out",
        cdk_version="2.1148.1",
        cdk_assets_version="4.7.3",
    )
    stage = cdk.Stage(stack, "dev", env=TARGET)
    bucket = s3.Bucket(cdk.Stack(stage, "canary"), "Canary")
    delivery.add_stage(stage, manual_approval=False)
    delivery.build()
    return bucket


def test_a_bare_bucket_inside_a_pipeline_stage_fails_synth(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    app_with_a_bare_bucket_in_a_pipeline_stage(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = (tmp_path / "validation-report.json").read_text()
    assert "AwsSolutions-S1" in report
    assert "NIST.800.53.R5-S3BucketVersioningEnabled" in report
    assert "dev/canary/Canary/Resource" in report


def test_without_the_plugins_the_same_bucket_passes_unseen(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    stack = cdk.Stack(app, "bare", env=TARGET)
    s3.Bucket(stack, "Canary")
    app.synth()
    assert not (tmp_path / "validation-report.json").exists()


def test_an_acknowledgement_covers_its_own_finding_only(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    stack = cdk.Stack(app, "stack", env=TARGET)
    bucket = s3.Bucket(stack, "Canary")
    acknowledge(bucket, "AwsSolutions-S1", reason="a test")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    open_rules = _open_rules(tmp_path)
    assert "AwsSolutions-S1" not in open_rules
    assert "AwsSolutions-S10" in open_rules


def _key_for_anybody(scope: cdk.Stage) -> kms.Key:
    key = kms.Key(cdk.Stack(scope, "stack", env=TARGET), "Key", enable_key_rotation=True)
    anybody = iam.PolicyStatement(
        actions=["kms:Decrypt"], resources=["*"], principals=[iam.AnyPrincipal()]
    )
    key.add_to_resource_policy(anybody)
    return key


def test_what_lets_anybody_in_fails_synth_and_can_be_acknowledged(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    key = _key_for_anybody(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert _open_rules(tmp_path) == {"NobodyWithoutAName"}
    acknowledge(key, "Platform::NobodyWithoutAName", reason="a test")
    app.synth(force=True)


@pytest.mark.parametrize("in_ours", [False, True])
def test_in_an_app_of_somebody_else_only_the_stage_is_judged(tmp_path: Path, in_ours: bool) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    theirs = cdk.Stage(app, "theirs", env=TARGET)
    ours = PlatformStage(
        app, "dev", env=TARGET, app_name="infra", app_prefix="mlops", set_name="set", tags=None
    )
    _key_for_anybody(ours if in_ours else theirs)
    with pytest.raises(RuntimeError, match="ValidationFailed") if in_ours else nullcontext():
        app.synth()


def _open_rules(assembly: Path) -> set[str]:
    import json

    report = json.loads((assembly / "validation-report.json").read_text())
    return {
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if plugin["conclusion"] == "failure"
    }
