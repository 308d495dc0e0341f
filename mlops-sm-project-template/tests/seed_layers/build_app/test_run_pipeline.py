"""Following an execution and writing to AWS, against the service model that boto3 has of it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ml_pipelines import run_pipeline
from ml_pipelines.executions import wait
from ml_pipelines.run_pipeline import main, start
from ml_pipelines.settings import EXAMPLE, VARIABLES
from ml_pipelines.sources import Sources, SourcesDiffer

NAME = EXAMPLE.pipeline_name
PIPELINE = f"arn:aws:sagemaker:eu-west-1:111122223333:pipeline/{NAME}"
EXECUTION = f"{PIPELINE}/execution/0123456789ab"
WRITTEN = {
    "PipelineName": NAME,
    "PipelineDescription": EXAMPLE.pipeline_description,
    "PipelineDefinition": "{}",
    "RoleArn": EXAMPLE.role_arn,
}
TAGS = [
    {"Key": "sagemaker:project-id", "Value": "p-example"},
    {"Key": "sagemaker:project-name", "Value": "example"},
]


@pytest.fixture
def sagemaker() -> Iterator[tuple[Any, Stubber]]:
    client = _client("sagemaker")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def _client(service: str) -> Any:
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="never",
        aws_secret_access_key="sent",
    )


def test_the_first_run_creates_the_pipeline_with_the_projects_tags(
    sagemaker: tuple[Any, Stubber],
) -> None:
    client, stubber = sagemaker
    stubber.add_client_error("describe_pipeline", "ResourceNotFound")
    stubber.add_response("create_pipeline", {"PipelineArn": PIPELINE}, {**WRITTEN, "Tags": TAGS})
    _starts(stubber, [{"Name": "InputDataUri", "Value": "s3://b/k"}])
    assert start(client, EXAMPLE, NAME, "{}", {"InputDataUri": "s3://b/k"}) == EXECUTION


def test_a_later_run_updates_the_pipeline(sagemaker: tuple[Any, Stubber]) -> None:
    client, stubber = sagemaker
    stubber.add_response("describe_pipeline", {"PipelineArn": PIPELINE}, {"PipelineName": NAME})
    stubber.add_response("update_pipeline", {"PipelineArn": PIPELINE}, WRITTEN)
    _starts(stubber, [])
    assert start(client, EXAMPLE, NAME, "{}", {}) == EXECUTION


def _starts(stubber: Stubber, parameters: list[dict[str, str]]) -> None:
    expected = {"PipelineName": NAME, "PipelineParameters": parameters}
    stubber.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, expected)


def _shows(stubber: Stubber, status: dict[str, str], *steps: dict[str, str]) -> None:
    stubber.add_response("describe_pipeline_execution", {**status})
    stubber.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [*steps]})


def test_an_execution_is_followed_until_it_succeeds(
    sagemaker: tuple[Any, Stubber], capsys: pytest.CaptureFixture[str]
) -> None:
    client, stubber = sagemaker
    train = {"StepName": "Train", "StepStatus": "Executing"}
    _shows(stubber, {"PipelineExecutionStatus": "Executing"}, train)
    _shows(stubber, {"PipelineExecutionStatus": "Executing"}, train)
    _shows(stubber, {"PipelineExecutionStatus": "Succeeded"}, {**train, "StepStatus": "Succeeded"})
    slept: list[float] = []
    assert wait(client, None, EXECUTION, sleep=slept.append) == 0
    assert len(slept) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["  Train: Executing", "  Train: Succeeded", "pipeline execution: Succeeded"]


def test_a_failed_execution_names_the_step_and_the_reason(
    sagemaker: tuple[Any, Stubber], capsys: pytest.CaptureFixture[str]
) -> None:
    client, stubber = sagemaker
    gate = {"StepName": "GateFailed", "StepStatus": "Failed", "FailureReason": "the error is high"}
    status = {"PipelineExecutionStatus": "Failed", "FailureReason": "a step failed"}
    _shows(stubber, status, {"StepName": "Train", "StepStatus": "Succeeded"}, gate)
    assert wait(client, None, EXECUTION) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors == ["error: GateFailed: the error is high", "error: a step failed"]


@pytest.mark.parametrize("options", [(), ("--wait",)])
def test_a_training_is_started_and_followed_by_whoever_asks_for_it(
    sagemaker: tuple[Any, Stubber],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
) -> None:
    client, stubber = sagemaker
    stubber.add_response("describe_pipeline", {"PipelineArn": PIPELINE}, {"PipelineName": NAME})
    written = {**WRITTEN, "PipelineDefinition": Compiled().definition()}
    stubber.add_response("update_pipeline", {"PipelineArn": PIPELINE}, written)
    _starts(stubber, [])
    if options:
        _shows(stubber, {"PipelineExecutionStatus": "Failed"})
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: client)
    monkeypatch.setattr(run_pipeline, "get_pipeline", lambda *_: Compiled())
    monkeypatch.setattr(Sources, "upload", lambda *_: 0)
    monkeypatch.setattr(run_pipeline.Settings, "from_environment", lambda _: EXAMPLE)
    monkeypatch.setattr("sys.argv", ["run-pipeline", *options])
    assert main() == len(options)
    said = capsys.readouterr().out
    assert f"started {EXECUTION}" in said
    assert (f"the build sagemaker-{NAME}-report says how" in said) is (not options)


class Compiled:
    """A pipeline without steps."""

    name = NAME

    def definition(self) -> str:
        return '{"Parameters": []}'


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "source_scripts").mkdir()
    (tmp_path / "source_scripts" / "train.py").write_text("print('trains')\n")
    return Sources(EXAMPLE, tmp_path)


@pytest.fixture
def s3() -> Iterator[tuple[Any, Stubber]]:
    client = _client("s3")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def _place(sources: Sources) -> dict[str, str]:
    key = f"sources/{sources.digest}/source_scripts/train.py"
    return {"Bucket": EXAMPLE.artifact_bucket, "Key": key}


def test_sources_are_uploaded_once_and_with_the_projects_key(
    s3: tuple[Any, Stubber], sources: Sources
) -> None:
    client, stubber = s3
    expected = {
        **_place(sources),
        "Body": b"print('trains')\n",
        "IfNoneMatch": "*",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": EXAMPLE.kms_key_arn,
    }
    stubber.add_response("put_object", {}, expected)
    assert sources.upload(client) == 1


@pytest.mark.parametrize(
    ("there", "refused"), [(b"print('trains')\n", False), (b"print('steals')\n", True)]
)
def test_sources_that_are_there_are_compared_and_not_trusted(
    s3: tuple[Any, Stubber], sources: Sources, there: bytes, refused: bool
) -> None:
    client, stubber = s3
    stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
    stubber.add_response("get_object", {"Body": BytesIO(there)}, _place(sources))
    if not refused:
        assert sources.upload(client) == 1
        return
    with pytest.raises(SourcesDiffer, match="somebody else has written there"):
        sources.upload(client)


def test_another_failure_of_an_upload_is_not_taken_for_sources_that_are_there(
    s3: tuple[Any, Stubber], sources: Sources
) -> None:
    client, stubber = s3
    stubber.add_client_error("put_object", "AccessDenied", http_status_code=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        sources.upload(client)


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        ([], {}, "these environment variables are not set: SAGEMAKER_PROJECT_NAME"),
        (["-p", "nothing"], dict.fromkeys(VARIABLES.values(), "x"), "'nothing' is not NAME=VALUE"),
    ],
)
def test_a_wrong_call_says_why_before_it_does_anything(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    variables: dict[str, str],
    words: str,
) -> None:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["run-pipeline", *arguments])
    assert main() == 1
    assert words in capsys.readouterr().err
