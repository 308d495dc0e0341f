"""The pipeline of a stage that compares traffic with a version's training, and its alarm."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from synthesis import of_type, settings, templates

import deploy_app.application as application
from deploy_app.errors import DeployError
from deploy_app.settings import NONE
from deploy_app.stage_config import load_stage_config
from deploy_app.stage_files import FOLDER

MONITORED = ("preprod", "prod")
SHAPES = boto3.client("sagemaker", region_name="eu-west-1").meta.service_model


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return templates(tmp_path_factory.mktemp("comparison"))


def is_on(stage: str) -> bool:
    return load_stage_config(stage).monitoring.data_quality


if not is_on("prod"):
    pytest.skip("this model has no table to compare", allow_module_level=True)


def body(template: dict[str, Any]) -> Any:
    """The definition, with the names of what CloudFormation fills in."""
    (pipeline,) = of_type(template, "AWS::SageMaker::Pipeline")
    text, values = pipeline["PipelineDefinition"]["PipelineDefinitionBody"]["Fn::Sub"]
    for name in values:
        text = text.replace(f"${{{name}}}", name)
    assert "${" not in text
    return json.loads(text)


@pytest.mark.parametrize("stage", MONITORED)
def test_the_job_is_one_that_sagemaker_takes(stages: Any, stage: str) -> None:
    step, _ = body(stages[stage])["Steps"]
    given = {**step["Arguments"], "RoleArn": "arn:aws:iam::444455556666:role/execution"}
    output = given["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]
    # What a pipeline fills in when it runs.
    output["S3Uri"] = "s3://Bucket/monitoring/abcdefghijkl"
    shape = SHAPES.operation_model("CreateProcessingJob").input_shape
    problems = ParamValidator().validate({"ProcessingJobName": "pipelines-a", **given}, shape)
    assert not problems.has_errors(), problems.generate_report()
    program = SHAPES.shape_for("ContainerEntrypointString").metadata["max"]
    assert max(map(len, given["AppSpecification"]["ContainerEntrypoint"])) <= program


@pytest.mark.parametrize("stage", MONITORED)
def test_it_runs_the_sealed_version_isolated_and_encrypted(stages: Any, stage: str) -> None:
    arguments = body(stages[stage])["Steps"][0]["Arguments"]
    assert arguments["AppSpecification"]["ImageUri"] == settings().model_image
    inputs = {row["InputName"]: row["S3Input"]["S3Uri"] for row in arguments["ProcessingInputs"]}
    (endpoint,) = of_type(stages[stage], "AWS::SageMaker::Endpoint")
    (configuration,) = of_type(stages[stage], "AWS::SageMaker::EndpointConfig")
    captured = configuration["DataCaptureConfig"]["DestinationS3Uri"]["Fn::Join"][1][-1]
    assert inputs == {
        "model": settings().model_data_uri,
        "captured": f"s3://Bucket{captured}/{endpoint['EndpointName']}",
    }
    network = arguments["NetworkConfig"]
    assert network["EnableNetworkIsolation"] and network["EnableInterContainerTrafficEncryption"]
    assert network["VpcConfig"] == {"Subnets": ["Subnets"], "SecurityGroupIds": ["Group"]}
    assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == "Key"
    assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == "Key"
    assert arguments["RoleArn"] == "Role"


@pytest.mark.parametrize(("skill", "told"), [("-0.25", ["--tested=-0.25"]), (NONE, [])])
def test_labels_are_judged_beside_the_test_set(tmp_path: Path, skill: str, told: list[str]) -> None:
    found = settings().model_copy(update={"model_skill": skill})
    assembly = application.build(found, found.model_package_arn, tmp_path).synth()
    template = assembly.get_stack_by_name("prod").template
    (step, _) = body(template)["Steps"]
    arguments = step["Arguments"]["AppSpecification"]["ContainerArguments"]
    assert [text for text in arguments if text.startswith("--tested")] == told
    monitoring = load_stage_config("prod").monitoring
    assert arguments[arguments.index("--label-days") + 1] == str(monitoring.label_days)
    assert arguments[arguments.index("--minimum-labels") + 1] == str(monitoring.minimum_labels)


@pytest.mark.parametrize("stage", MONITORED)
def test_the_alarm_counts_the_runs_of_this_pipeline_and_ends_no_rollout(
    stages: Any, stage: str
) -> None:
    """Developer Guide, "Pipelines metrics": namespace, ExecutionFailed, PipelineName."""
    template = stages[stage]
    (pipeline,) = of_type(template, "AWS::SageMaker::Pipeline")
    ((name, alarm),) = [
        (name, row["Properties"])
        for name, row in template["Resources"].items()
        if row["Properties"].get("MetricName") == "ExecutionFailed"
    ]
    assert alarm["Namespace"] == "AWS/Sagemaker/ModelBuildingPipeline"
    assert alarm["Dimensions"] == [{"Name": "PipelineName", "Value": pipeline["PipelineName"]}]
    (endpoint,) = of_type(template, "AWS::SageMaker::Endpoint")
    assert {"Ref": name} not in [
        row["AlarmName"]
        for row in endpoint["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    ]


@pytest.mark.parametrize("stage", MONITORED)
def test_the_schedule_may_start_this_pipeline_and_nothing_else(stages: Any, stage: str) -> None:
    (schedule,) = of_type(stages[stage], "AWS::Scheduler::Schedule")
    (pipeline,) = of_type(stages[stage], "AWS::SageMaker::Pipeline")
    assert schedule["State"] == "ENABLED"
    started = "".join(map(str, schedule["Target"]["Arn"]["Fn::Join"][1]))
    assert started.endswith(f":pipeline/{pipeline['PipelineName']}")
    (statement,) = [
        row
        for policy in of_type(stages[stage], "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row["Action"] == "sagemaker:StartPipelineExecution"
    ]
    assert statement["Resource"] == schedule["Target"]["Arn"]


def test_dev_is_not_monitored_and_its_role_starts_no_job(stages: Any) -> None:
    assert not of_type(stages["dev"], "AWS::SageMaker::Pipeline")
    assert "CreateProcessingJob" not in json.dumps(stages["dev"])


def test_a_stage_without_the_place_of_the_archive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = settings().model_copy(update={"model_data_uri": NONE})
    with pytest.raises(DeployError, match=r"config/preprod.yml.*MODEL_DATA_URI"):
        application.build(unknown, settings().model_package_arn, tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data_capture: {sampling_percentage: 0}\n", "monitoring.data_quality: true needs"),
        (
            "data_capture: {days: 1}\nmonitoring: {window_hours: 48}\n",
            "longer than captures are kept",
        ),
        (
            "data_capture: {days: 14}\n",
            "monitoring.label_days: 30 are longer than captures are kept",
        ),
        ("monitoring: {minimum_rows: 3}\n", "monitoring.minimum_rows"),
        ("monitoring: {model_quality: true}\n", "monitoring.model_quality: Extra inputs"),
        ("monitoring: {schedule: daily}\n", "monitoring.schedule"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    (tmp_path / "defaults.yml").write_text((FOLDER / "defaults.yml").read_text())
    own = (FOLDER / "prod.yml").read_text()
    (tmp_path / "prod.yml").write_text(own + text)
    monkeypatch.setattr("deploy_app.stage_files.FOLDER", tmp_path)
    with pytest.raises(DeployError) as raised:
        load_stage_config("prod")
    assert words in str(raised.value)
