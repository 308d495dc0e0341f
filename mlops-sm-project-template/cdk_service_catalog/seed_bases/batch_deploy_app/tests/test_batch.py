"""The inference pipeline of each stage: its own role, key, bucket and network, and a schedule."""

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from synthesis import VERSION, of_type, settings, templates

from deploy_app.definition import FILE, PLACEHOLDERS, download, stage_definition
from deploy_app.errors import DeployError
from deploy_app.integration_test import run

EXECUTION = "arn:aws:sagemaker:eu-west-1:444455556666:pipeline/p/execution/abc"


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return templates(tmp_path_factory.mktemp("batch"))


def body(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    (pipeline,) = of_type(template, "AWS::SageMaker::Pipeline")
    text, values = pipeline["PipelineDefinition"]["PipelineDefinitionBody"]["Fn::Sub"]
    return text, values


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_the_definition_is_json_with_the_stages_own_values(stages: Any, stage: str) -> None:
    text, values = body(stages[stage])
    assert not [name for name in PLACEHOLDERS if name in text]
    filled = text
    for name in values:
        filled = filled.replace(f"${{{name}}}", 'a","b' if name == "Stage3" else name)
    definition = json.loads(filled)
    isolated = definition["Steps"][0]["Arguments"]["VpcConfig"]
    assert isolated["Subnets"] == ["a", "b"]
    assert VERSION in values.values()


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_pipeline_hands_its_own_role_to_its_jobs_and_to_sagemaker_alone(
    stages: Any, stage: str
) -> None:
    """SageMaker Developer Guide, "Pipelines", "Access management"."""
    passing = [
        row
        for policy in of_type(stages[stage], "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if "iam:PassRole" in row["Action"]
    ]
    (row,) = passing
    assert row["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    name = f"role/sagemaker-{settings().project_id}-{stage}-execution"
    assert row["Resource"]["Fn::Join"][1][-1].endswith(name)


@pytest.mark.parametrize(("stage", "state"), [("dev", "DISABLED"), ("prod", "ENABLED")])
def test_only_prod_runs_by_itself(stages: Any, stage: str, state: str) -> None:
    (schedule,) = of_type(stages[stage], "AWS::Scheduler::Schedule")
    assert schedule["State"] == state
    assert schedule["ScheduleExpression"].startswith("cron(")


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


def test_the_published_definition_is_fetched(tmp_path: Path) -> None:
    ssm, s3 = client("ssm"), client("s3")
    content = b'{"Version": "2020-12-01"}'
    with Stubber(ssm) as parameters, Stubber(s3) as buckets:
        name = f"/mlops/{settings().project_name}/inferencepipeline"
        parameters.add_response(
            "get_parameter", {"Parameter": {"Value": "s3://bucket/a/b.json"}}, {"Name": name}
        )
        answer = {"Body": StreamingBody(io.BytesIO(content), len(content))}
        buckets.add_response("get_object", answer, {"Bucket": "bucket", "Key": "a/b.json"})
        assert download(settings(), ssm, s3, tmp_path / FILE.name)
    assert (tmp_path / FILE.name).read_bytes() == content


def test_before_the_first_build_there_is_nothing_to_fetch(tmp_path: Path) -> None:
    ssm = client("ssm")
    with Stubber(ssm) as parameters:
        parameters.add_client_error("get_parameter", "ParameterNotFound")
        assert not download(settings(), ssm, client("s3"), tmp_path / FILE.name)


def asked(status: str, scores: bytes) -> tuple[Any, Any]:
    sagemaker, s3 = client("sagemaker"), client("s3")
    pipelines, buckets = Stubber(sagemaker), Stubber(s3)
    buckets.add_response("put_object", {}, {"Bucket": ANY, "Key": ANY, "Body": ANY})
    pipelines.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION})
    for state in ("Executing", status):
        pipelines.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": state})
    answer = {"Body": StreamingBody(io.BytesIO(scores), len(scores))}
    wanted = {"Bucket": ANY, "Key": "output/abc/scores/sample.csv.out"}
    buckets.add_response("get_object", answer, wanted)
    pipelines.activate()
    buckets.activate()
    return sagemaker, s3


def test_the_integration_test_counts_the_scores() -> None:
    clients = asked("Succeeded", b"9.1\n8.2\n7.3\n")
    waits: list[float] = []
    rows = run(
        *clients, settings=settings(), stage="preprod", timeout_minutes=5, sleep=waits.append
    )
    assert rows == 3
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("status", "scores", "words"),
    [
        ("Failed", b"", "is Failed: no reason is given"),
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
            sleep=lambda _: None,
        )
