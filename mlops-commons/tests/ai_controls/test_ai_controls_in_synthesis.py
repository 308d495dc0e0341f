"""A finding of the AI controls anywhere in an app fails synth, as one of cdk-nag does."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker

from mlops_commons.ai_controls.findings import ACKNOWLEDGED
from mlops_commons.cdk.nag import check_stage_with_nag
from mlops_commons.cdk.platform_app import platform_app

pytestmark = pytest.mark.construct

TARGET = cdk.Environment(account="222222222222", region="eu-west-1")


def model_in(stage: cdk.Stage) -> sagemaker.CfnModel:
    role = "arn:aws:iam::222222222222:role/execution"
    stack = cdk.Stack(stage, "canary", env=TARGET)
    return sagemaker.CfnModel(stack, "Canary", execution_role_arn=role)


def open_controls(assembly: Path) -> set[str]:
    report = json.loads((assembly / "validation-report.json").read_text())
    return {
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if plugin["conclusion"] == "failure"
    }


def test_a_model_that_reaches_the_network_inside_a_stage_fails_synth(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    model_in(cdk.Stage(app, "dev", env=TARGET))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert "SageMaker.5" in open_controls(tmp_path)


def test_a_reason_in_the_metadata_of_the_resource_lets_it_pass(tmp_path: Path) -> None:
    app = platform_app(outdir=str(tmp_path))
    model = model_in(cdk.Stage(app, "dev", env=TARGET))
    model.add_metadata(ACKNOWLEDGED, {"SageMaker.5": "the canary"})
    app.synth()


def test_in_an_app_of_others_only_the_platforms_stage_is_judged(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    model_in(cdk.Stage(app, "dev-of-others", env=TARGET))
    ours = cdk.Stage(app, "dev", env=TARGET)
    check_stage_with_nag(ours)
    app.synth()
    other = cdk.App(outdir=str(tmp_path / "other"), analytics_reporting=False)
    stage = cdk.Stage(other, "dev", env=TARGET)
    model_in(stage)
    check_stage_with_nag(stage)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        other.synth()
