"""A stage in an app of somebody else: our flags, tags and rules, and none for what is theirs."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.platform_stage import PlatformStage
from mlops_commons.cdk.secure_bucket import SecureBucket

pytestmark = pytest.mark.construct

ENV = cdk.Environment(account="111111111111", region="eu-west-1")
OTHER_WORDS = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:version-reporting": True,
    "@aws-cdk/aws-iam:minimizePolicies": False,
    "@aws-cdk/core:enablePartitionLiterals": False,
}


def stage_of(app: cdk.App) -> PlatformStage:
    return PlatformStage(
        app,
        "dev",
        env=ENV,
        app_name="infra",
        app_prefix="mlops",
        set_name="retail",
        tags={"cost-center": "42", "mlops:stage": "forged"},
    )


def template_in(app: cdk.App, folder: Path) -> Any:
    SecureBucket(cdk.Stack(stage_of(app), "stack"), "Bucket")
    app.synth()
    (file,) = (folder / "assembly-dev").glob("*.template.json")
    return file.read_text()


def test_a_secure_bucket_is_the_same_in_our_app_and_in_one_with_other_words(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    bare = cdk.App(outdir=str(theirs), context=OTHER_WORDS)
    wanted = template_in(platform_app(outdir=str(ours)), ours)
    assert template_in(bare, theirs) == wanted
    assert "aws:cdk:path" not in wanted


def test_every_resource_carries_the_tags_and_nobody_forges_those_of_the_platform(
    tmp_path: Path,
) -> None:
    template = json.loads(template_in(cdk.App(outdir=str(tmp_path)), tmp_path))
    tagged = [r["Properties"]["Tags"] for r in template["Resources"].values() if "Tags" in str(r)]
    assert len(tagged) == 3
    for tags in tagged:
        found = {tag["Key"]: tag["Value"] for tag in tags}
        assert found == {
            "cdk-app": "mlops-infra",
            "mlops:set": "retail",
            "mlops:stage": "dev",
            "cost-center": "42",
        }


def test_the_rules_judge_our_stage_and_not_the_other_stacks_of_the_app(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    s3.Bucket(cdk.Stack(stage_of(app), "ours"), "Canary")
    s3.Bucket(cdk.Stack(app, "theirs", env=ENV), "Theirs")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = (tmp_path / "validation-report.json").read_text()
    assert "AwsSolutions-S1" in report
    assert "NIST.800.53.R5-S3BucketVersioningEnabled" in report
    assert "dev/ours/Canary/Resource" in report
    assert "theirs" not in report


def test_in_our_own_app_nothing_is_checked_twice(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    s3.Bucket(cdk.Stack(stage_of(app), "ours"), "Canary")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    rules = [v["ruleName"] for p in report["pluginReports"] for v in p["violations"]]
    assert len(rules) == len(set(rules)) > 1
