"""What the build says that the end of a training starts, and when it fails."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
import yaml
from botocore.stub import Stubber

from ml_pipelines import report_execution
from ml_pipelines.report_execution import main
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY

PIPELINE = f"arn:aws:sagemaker:eu-west-1:111122223333:pipeline/{EXAMPLE.pipeline_name}"
EXECUTION = f"{PIPELINE}/execution/0123456789ab"
OTHER = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/other/execution/0123456789ab"
WHEN = datetime(2026, 1, 2, tzinfo=UTC)
TRAINED = {"StepName": "Train", "StepStatus": "Succeeded"}
REFUSED = {"StepName": "GateFailed", "StepStatus": "Failed", "FailureReason": "the error is high"}


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def reported(monkeypatch: pytest.MonkeyPatch, *options: str, **variables: str) -> int:
    given = {
        "EXECUTION_ARN": EXECUTION,
        "SAGEMAKER_PIPELINE_ARN": PIPELINE,
        "AWS_REGION": "eu-west-1",
        "MLFLOW_APP_ARN": "",
        **variables,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["report-execution", *options])
    return main()


class Unclosed(io.RawIOBase):
    """The end of a pipe, which outlives whoever writes to it."""

    def __init__(self, log: io.BytesIO) -> None:
        self.log = log

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """At once."""
        return self.log.write(bytes(data))


def ended(stubber: Stubber, status: str, *steps: dict[str, str], **more: Any) -> None:
    described = {"PipelineExecutionStatus": status, **more}
    named = {"PipelineExecutionArn": EXECUTION}
    stubber.add_response("describe_pipeline_execution", described, named)
    stubber.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [*steps]})


@pytest.mark.parametrize(
    ("status", "steps", "unheard", "failed"),
    [
        ("Succeeded", [TRAINED], 0, 0),
        ("Failed", [TRAINED, REFUSED], 0, 1),
        ("Failed", [], 1, 1),
        ("Failed", [TRAINED], 1, 1),
        ("Stopped", [TRAINED], 1, 1),
    ],
)
def test_what_no_failed_step_tells_fails_before_the_verdict(
    sagemaker: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    steps: list[dict[str, str]],
    unheard: int,
    failed: int,
) -> None:
    for _ in range(2):
        ended(sagemaker, status, *steps)
    assert reported(monkeypatch) == unheard
    assert reported(monkeypatch, "--verdict") == failed


def test_the_build_calls_it_in_phases_of_which_the_first_is_told() -> None:
    content = yaml.safe_load((REPOSITORY / "buildspec.report.yml").read_text())["phases"]
    assert content["pre_build"]["commands"] == ["report-execution"]
    assert content["build"]["commands"] == ["report-execution --verdict"]
    assert "post_build" not in content


def test_it_prints_the_steps_the_reason_and_the_status(
    sagemaker: Stubber, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(sagemaker, "Failed", TRAINED, REFUSED, FailureReason="a step failed")
    reported(monkeypatch)
    output = capsys.readouterr()
    assert output.out.splitlines() == [
        EXECUTION,
        "  Train: Succeeded",
        "  GateFailed: Failed",
        "pipeline execution: Failed",
    ]
    assert output.err.splitlines() == [
        "error: GateFailed: the error is high",
        "error: a step failed",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"EXECUTION_ARN": ""}, "these environment variables are not set: EXECUTION_ARN"),
        ({"EXECUTION_ARN": OTHER}, f"'{OTHER}', no execution of {PIPELINE}"),
        ({"EXECUTION_ARN": f"{EXECUTION}/more"}, "no execution of"),
        ({"EXECUTION_ARN": f"{EXECUTION}\n--more"}, "no execution of"),
        ({"EXECUTION_ARN": PIPELINE}, "no execution of"),
    ],
)
def test_another_execution_than_the_projects_is_refused_before_a_call(
    sagemaker: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    words: str,
) -> None:
    assert reported(monkeypatch, **given) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--verdict",)])
def test_an_execution_that_somebody_has_retried_is_no_failure(
    sagemaker: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
) -> None:
    ended(sagemaker, "Executing")
    assert reported(monkeypatch, *options) == 0
    output = capsys.readouterr()
    assert "Executing again; its next end starts another report" in output.out
    assert not output.err


def test_the_log_of_the_build_has_every_line_in_its_place(
    sagemaker: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a build: one pipe for both streams, and a buffer before the standard output.
    log = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(Unclosed(log))))
    monkeypatch.setattr("sys.stderr", io.TextIOWrapper(Unclosed(log), write_through=True))
    ended(sagemaker, "Failed", TRAINED, REFUSED, FailureReason="a step failed")
    reported(monkeypatch)
    assert log.getvalue().decode().splitlines() == [
        EXECUTION,
        "  Train: Succeeded",
        "  GateFailed: Failed",
        "error: GateFailed: the error is high",
        "error: a step failed",
        "pipeline execution: Failed",
    ]


@pytest.mark.parametrize(
    ("status", "steps", "unheard"), [("Succeeded", [TRAINED], 0), ("Failed", [REFUSED], 0)]
)
def test_a_run_that_cannot_be_tracked_changes_nothing(
    sagemaker: Stubber,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: str,
    steps: list[dict[str, str]],
    unheard: int,
) -> None:
    # Such as a report that is no JSON, a definition of another shape, or a permission.
    ended(sagemaker, status, *steps)
    sagemaker.add_response(
        "describe_pipeline_definition_for_execution", {"PipelineDefinition": "["}
    )
    sagemaker.add_response("list_pipeline_parameters_for_execution", {})
    assert reported(monkeypatch, MLFLOW_APP_ARN="arn:app", ARTIFACT_BUCKET="b") == unheard
    assert "warning: the run is not in MLflow: JSONDecodeError" in capsys.readouterr().err


def test_a_run_is_tracked_with_what_this_execution_has_run(
    sagemaker: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = '{"Parameters": [{"Name": "Data", "DefaultValue": "old"}], "CommitId": "abc"}'
    ended(sagemaker, "Succeeded", LastModifiedTime=WHEN)
    sagemaker.add_response(
        "describe_pipeline_definition_for_execution", {"PipelineDefinition": definition}
    )
    sagemaker.add_response(
        "list_pipeline_parameters_for_execution",
        {"PipelineParameters": [{"Name": "Data", "Value": "s3://b/new.csv"}]},
        {"PipelineExecutionArn": EXECUTION},
    )
    kept: list[Any] = []
    monkeypatch.setattr(
        report_execution, "try_to_record", lambda made, uri: kept.append((made(), uri))
    )
    monkeypatch.setattr(
        report_execution,
        "run_of_execution",
        lambda _, bucket, execution, **row: {"bucket": bucket, "execution": execution, **row},
    )
    assert reported(monkeypatch, MLFLOW_APP_ARN="arn:app", ARTIFACT_BUCKET="b") == 0
    assert kept == [
        (
            {
                **{"bucket": "b", "execution": EXECUTION, "experiment": EXAMPLE.pipeline_name},
                **{"commit": "abc", "parameters": {"Data": "s3://b/new.csv"}, "succeeded": True},
                "ended": str(WHEN),
            },
            "arn:app",
        )
    ]
