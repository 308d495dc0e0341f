"""The inference pipeline of each stage: its own role, key, bucket and network, and a schedule."""

import io
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from synthesis import VERSION, of_type, settings, templates

from deploy_app import names
from deploy_app.application import build
from deploy_app.besides import fetch
from deploy_app.definition import FILE, PLACEHOLDERS, stage_definition
from deploy_app.errors import DeployError
from deploy_app.integration_test import row_counts, run
from deploy_app.stage_config import StageConfig, load_stage_config
from deploy_app.stage_files import FOLDER, load
from deploy_app.version_files import VersionFile

EXECUTION = "arn:aws:sagemaker:eu-west-1:444455556666:pipeline/p/execution/abc"


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return templates(tmp_path_factory.mktemp("batch"))


def body(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    (pipeline,) = of_type(template, "AWS::SageMaker::Pipeline")
    text, values = pipeline["PipelineDefinition"]["PipelineDefinitionBody"]["Fn::Sub"]
    return text, values


def statements(template: dict[str, Any]) -> list[dict[str, Any]]:
    """What the roles of a stage may do, each action in a list."""
    found = [
        row
        for policy in of_type(template, "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
    ]
    return [
        {**row, "Action": [row["Action"]] if isinstance(row["Action"], str) else row["Action"]}
        for row in found
    ]


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_the_definition_is_json_with_the_stages_own_values(stages: Any, stage: str) -> None:
    text, values = body(stages[stage])
    assert not [name for name in PLACEHOLDERS if name in text]
    filled = text
    for name in values:
        filled = filled.replace(f"${{{name}}}", 'a","b' if name == "Stage3" else name)
    definition = json.loads(filled)
    isolated = definition["Steps"][0]["Arguments"]["NetworkConfig"]["VpcConfig"]
    assert isolated["Subnets"] == ["a", "b"]
    assert VERSION in values.values()


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_stage_has_one_model_of_the_version_in_its_network_and_scores_with_it_alone(
    stages: Any, stage: str
) -> None:
    (model,) = of_type(stages[stage], "AWS::SageMaker::Model")
    assert model["Containers"] == [{"ModelPackageName": VERSION}]
    assert model["EnableNetworkIsolation"] is True
    assert model["VpcConfig"]["Subnets"] == {"Ref": "SubnetIds"}
    text, values = body(stages[stage])
    (named,) = re.findall(r'"ModelName": "\$\{(\w+)\}"', text)
    assert values[named] == {"Fn::GetAtt": ["Model", "ModelName"]}
    (scoring,) = [row for row in statements(stages[stage]) if "CreateTransformJob" in str(row)]
    arn = scoring["Condition"]["ArnEquals"]["sagemaker:ModelArn"]
    assert arn["Fn::Join"][1][-1] == f":model/{model['ModelName']}"


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_no_run_makes_or_deletes_a_model(stages: Any, stage: str) -> None:
    actions = {action for row in statements(stages[stage]) for action in row["Action"]}
    named = {action for action in actions if action.endswith(("Model", "ModelPackage"))}
    assert named == set()


def test_another_version_or_number_is_another_model_and_the_name_shows_project_and_stage(
    tmp_path: Path,
) -> None:
    """A model is replaced, and CloudFormation makes the new one first: their names must differ
    (CloudFormation User Guide, "Update behaviors of stack resources")."""
    name = partial(names.scoring_model, settings(), "prod")
    found = {name(VERSION, 1), name(VERSION, 2), name(f"{VERSION}0", 1)}
    assert len(found) == 3
    prefix = f"sagemaker-{settings().project_id}-prod-"
    assert all(re.fullmatch(f"{prefix}[0-9a-f]{{8}}", one) for one in found)
    configs = {
        stage: load_stage_config(stage).model_copy(update={"model_number": 2})
        for stage in settings().roles
    }
    build(settings(), VERSION, tmp_path, configs).synth()
    template = json.loads((tmp_path / "prod.template.json").read_text())
    (model,) = of_type(template, "AWS::SageMaker::Model")
    assert model["ModelName"] == name(VERSION, 2)


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_pipeline_hands_its_own_role_to_its_jobs_and_to_sagemaker_alone(
    stages: Any, stage: str
) -> None:
    """SageMaker Developer Guide, "Pipelines", "Access management"."""
    (row,) = [row for row in statements(stages[stage]) if "iam:PassRole" in row["Action"]]
    assert row["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    name = f"role/sagemaker-{settings().project_id}-{stage}-execution"
    assert row["Resource"]["Fn::Join"][1][-1].endswith(name)


@pytest.mark.parametrize(("stage", "state"), [("dev", "DISABLED"), ("prod", "ENABLED")])
def test_only_prod_runs_by_itself(stages: Any, stage: str, state: str) -> None:
    (schedule,) = of_type(stages[stage], "AWS::Scheduler::Schedule")
    assert schedule["State"] == state
    assert schedule["ScheduleExpression"].startswith("cron(")


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_failed_run_is_told_to_the_topic_of_the_project(stages: Any, stage: str) -> None:
    """SageMaker Developer Guide, "Amazon SageMaker AI metrics in Amazon CloudWatch", "Pipelines
    metrics". The topic in dev takes alarms that begin with the name of the project and the stage.
    """
    (pipeline,) = of_type(stages[stage], "AWS::SageMaker::Pipeline")
    (alarm,) = of_type(stages[stage], "AWS::CloudWatch::Alarm")
    named = [{"Name": "PipelineName", "Value": pipeline["PipelineName"]}]
    assert (alarm["MetricName"], alarm["Dimensions"]) == ("ExecutionFailed", named)
    assert alarm["Namespace"] == "AWS/Sagemaker/ModelBuildingPipeline"
    project = f"{settings().project_name}-{settings().project_id}"
    assert alarm["AlarmName"].startswith(f"{project}-{stage}-")
    (topic,) = alarm["AlarmActions"]
    end = f":{settings().dev_account}:sagemaker-{project}"
    assert topic["Fn::Join"][1][-1] == end


def test_another_topic_may_be_told(tmp_path: Path) -> None:
    topic = "arn:aws:sns:eu-west-1:444455556666:nights"
    configs = {
        stage: load_stage_config(stage).model_copy(update={"notification_topic_arn": topic})
        for stage in settings().roles
    }
    build(settings(), VERSION, tmp_path, configs).synth()
    template = json.loads((tmp_path / "prod.template.json").read_text())
    (alarm,) = of_type(template, "AWS::CloudWatch::Alarm")
    assert alarm["AlarmActions"] == [topic]


def test_what_looks_like_a_reference_in_a_definition_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "definition.json"
    file.write_text(json.dumps({"all": PLACEHOLDERS, "text": "${AWS::Region}"}))
    values = dict.fromkeys(PLACEHOLDERS, "x")
    assert stage_definition(values, file)


@pytest.mark.parametrize("missing", PLACEHOLDERS)
def test_a_definition_without_a_placeholder_is_refused(tmp_path: Path, missing: str) -> None:
    file = tmp_path / "definition.json"
    file.write_text(json.dumps([name for name in PLACEHOLDERS if name != missing]))
    with pytest.raises(DeployError, match="does not have the placeholders"):
        stage_definition(dict.fromkeys(PLACEHOLDERS, "x"), file)


def client(name: str) -> Any:
    return boto3.client(
        name, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def test_the_definition_of_the_version_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INFERENCE_PIPELINE", "s3://bucket/a/b.json")
    s3, content = client("s3"), b'{"Version": "2020-12-01"}'
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: s3)
    with Stubber(s3) as buckets:
        answer = {"Body": StreamingBody(io.BytesIO(content), len(content))}
        buckets.add_response("get_object", answer, {"Bucket": "bucket", "Key": "a/b.json"})
        assert fetch(settings()) == ""
    assert FILE.read_bytes() == content


@pytest.mark.parametrize("told", [None, "none"])
def test_a_version_without_a_pipeline_is_not_deployed_with_that_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFERENCE_PIPELINE", raising=False)
    if told:
        monkeypatch.setenv("INFERENCE_PIPELINE", told)
    assert "names no inference pipeline" in fetch(settings())
    assert not FILE.exists()


OWN = VersionFile("M,0.4\nF,0.5\nI,0.3\n", "config/sample.csv", own=True)


def asked(status: str, scores: bytes, stage: str = "dev") -> tuple[Any, Any]:
    data = names.data_bucket(settings(), stage)
    sagemaker, s3 = client("sagemaker"), client("s3")
    pipelines, buckets = Stubber(sagemaker), Stubber(s3)
    buckets.add_response("put_object", {}, {"Bucket": data, "Key": ANY, "Body": ANY})
    given = [
        {"Name": "InputDataUri", "Value": f"s3://{data}/integration-test/input/"},
        # What the last test has scored is scored again, or nothing would be tested.
        {"Name": "ScoreAgain", "Value": "yes"},
    ]
    pipelines.add_response(
        "start_pipeline_execution",
        {"PipelineExecutionArn": EXECUTION},
        {"PipelineName": ANY, "PipelineParameters": given},
    )
    for state in ("Executing", status):
        pipelines.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": state})
    if status == "Failed":
        steps = [
            {"StepName": "CheckInput", "StepStatus": "Failed", "FailureReason": "row 1: too tall"},
            {"StepName": "Score", "StepStatus": "Stopped"},
        ]
        pipelines.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": steps})
    answer = {"Body": StreamingBody(io.BytesIO(scores), len(scores))}
    wanted = {"Bucket": data, "Key": "output/abc/scores/sample.csv.out"}
    buckets.add_response("get_object", answer, wanted)
    pipelines.activate()
    buckets.activate()
    return sagemaker, s3


def test_the_integration_test_counts_the_scores() -> None:
    clients = asked("Succeeded", b"9.1\n8.2\n7.3\n", "preprod")
    waits: list[float] = []
    rows = run(
        *clients,
        settings=settings(),
        stage="preprod",
        timeout_minutes=5,
        sample=OWN,
        sleep=waits.append,
    )
    assert rows == 3
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("status", "scores", "words"),
    [
        ("Failed", b"", "is Failed: no reason is given\n  CheckInput: row 1: too tall"),
        ("Failed", b"", "into config/sample.csv, or remove it"),
        ("Succeeded", b"9.1\n", "holds 1 scores for 3 rows"),
        ("Executing", b"", "has not ended after 0 minutes"),
    ],
)
def test_a_bad_run_is_told(status: str, scores: bytes, words: str) -> None:
    minutes = 0 if status == "Executing" else 5
    with pytest.raises(DeployError, match=words):
        run(
            *asked(status, scores),
            settings=settings(),
            stage="dev",
            timeout_minutes=minutes,
            sample=OWN,
            sleep=lambda _: None,
        )


@pytest.mark.parametrize(
    ("text", "own", "allowed"),
    [
        # Spaces in a value, and line breaks at the end, are no rows.
        ("title,pages\nthe salt and the soup,85\n\n", False, (1,)),
        ("title,pages\nthe salt and the soup,85\n", True, (1, 2)),
        ("the salt and the soup\n", True, (1,)),
    ],
)
def test_a_sample_has_as_many_rows_as_lines_but_for_its_header(
    text: str, own: bool, allowed: tuple[int, ...]
) -> None:
    assert row_counts(VersionFile(text, "sample.csv", own)) == allowed


def test_a_sample_without_a_row_is_refused_before_a_run_is_paid() -> None:
    with pytest.raises(DeployError, match="has no row"):
        row_counts(VersionFile("title,pages\n", "sample.csv", own=False))


def test_scores_are_lines_whatever_spaces_a_class_has() -> None:
    clients = asked("Succeeded", b"very good\nnot so good\nbad\n")
    rows = run(
        *clients,
        settings=settings(),
        stage="dev",
        timeout_minutes=5,
        sample=OWN,
        sleep=lambda _: None,
    )
    assert rows == 3


@pytest.mark.parametrize("text", ["expression: cron(0 3 * * *)", "timezone: Europe/Berlinn"])
def test_a_schedule_that_the_scheduler_would_refuse_is_refused_with_its_line(
    tmp_path: Path, text: str
) -> None:
    for file in FOLDER.glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"))
    (tmp_path / "prod.yml").write_text(f"schedule:\n  {text}\n")
    key, _, value = text.partition(": ")
    with pytest.raises(DeployError, match=f"prod.yml, line 2: schedule.{key}: ") as refused:
        load(StageConfig, "prod", tmp_path)
    assert value in str(refused.value)


def test_a_topic_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"))
    (tmp_path / "prod.yml").write_text("notification_topic_arn: foo\n")
    words = "prod.yml, line 1: notification_topic_arn: this is no ARN of an SNS topic"
    with pytest.raises(DeployError, match=words):
        load(StageConfig, "prod", tmp_path)
