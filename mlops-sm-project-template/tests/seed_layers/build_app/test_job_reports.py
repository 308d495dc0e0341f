"""What the build prints of jobs, against the service models that boto3 has."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ml_pipelines.executions import wait
from ml_pipelines.job_reports import failure, job_of

NAME = "pipelines-abc-Preprocess-x1"
GROUP = "/aws/sagemaker/ProcessingJobs"
STREAM = f"{NAME}/algo-1-1700000000"
ARN = f"arn:aws:sagemaker:eu-west-1:111122223333:processing-job/{NAME.lower()}"
STEP: dict[str, Any] = {
    "StepName": "Preprocess",
    "StepStatus": "Failed",
    "FailureReason": "ClientError: AlgorithmError: , exit code: 1",
    "Metadata": {"ProcessingJob": {"Arn": ARN}},
}
REASON = "customers.csv, row 3: age is 'old', not a number\nrow 9: age is '?', not a number"
COMMAND = f"aws logs tail {GROUP} --log-stream-name-prefix {NAME}/ --since 1d --region eu-west-1"


@pytest.fixture
def clients() -> Iterator[tuple[Any, Stubber, Any, Stubber]]:
    credentials = {"aws_access_key_id": "never", "aws_secret_access_key": "sent"}
    sagemaker, logs = (
        boto3.client(name, region_name="eu-west-1", **credentials) for name in ("sagemaker", "logs")
    )
    with Stubber(sagemaker) as first, Stubber(logs) as second:
        yield sagemaker, first, logs, second
        first.assert_no_pending_responses()
        second.assert_no_pending_responses()


def _described(stubber: Stubber, message: str) -> None:
    answer = {
        "ProcessingJobName": NAME,
        "ProcessingResources": {
            "ClusterConfig": {
                **{"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 50}
            }
        },
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingJobArn": ARN,
        "ProcessingJobStatus": "Failed",
        "CreationTime": 0,
        "ExitMessage": message,
    }
    asked = {"ProcessingJobName": NAME.lower()}
    stubber.add_response("describe_processing_job", answer, asked)


def test_a_failed_job_is_told_with_its_reason_the_end_of_its_log_and_a_link(
    clients: tuple[Any, Stubber, Any, Stubber],
) -> None:
    sagemaker, described, logs, read = clients
    _described(described, REASON)
    read.add_response(
        "describe_log_streams",
        {"logStreams": [{"logStreamName": STREAM}]},
        {"logGroupName": GROUP, "logStreamNamePrefix": f"{NAME}/", "limit": 1},
    )
    read.add_response(
        "get_log_events",
        {"events": [{"message": "reading\n"}, {"message": "error: row 3"}]},
        {"logGroupName": GROUP, "logStreamName": STREAM, "limit": 20, "startFromHead": False},
    )
    *told, link = failure(sagemaker, logs, STEP)
    assert told == [
        "error: Preprocess: ClientError: AlgorithmError: , exit code: 1",
        f"  job: {NAME}",
        "  customers.csv, row 3: age is 'old', not a number",
        "  row 9: age is '?', not a number",
        "  | reading",
        "  | error: row 3",
    ]
    assert link == (
        "  log: https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FProcessingJobs/log-events/"
        f"{NAME}$252Falgo-1-1700000000"
    )


def test_without_permissions_the_command_for_the_log_is_left(
    clients: tuple[Any, Stubber, Any, Stubber],
) -> None:
    sagemaker, described, logs, read = clients
    described.add_client_error("describe_processing_job", "AccessDeniedException")
    read.add_client_error("describe_log_streams", "AccessDeniedException")
    lines = list(failure(sagemaker, logs, STEP))
    assert lines[:2] == [f"error: Preprocess: {STEP['FailureReason']}", f"  job: {NAME.lower()}"]
    assert lines[2].startswith(f"  log: {COMMAND.replace(NAME, NAME.lower())} (")


def test_a_job_that_ended_before_its_first_line_has_no_log(
    clients: tuple[Any, Stubber, Any, Stubber],
) -> None:
    sagemaker, described, logs, read = clients
    _described(described, "CapacityError: no capacity")
    read.add_response("describe_log_streams", {"logStreams": []})
    assert list(failure(sagemaker, logs, STEP))[2:] == [
        "  CapacityError: no capacity",
        f"  log: {COMMAND}",
    ]


def test_a_step_without_a_job_has_its_reason_alone(
    clients: tuple[Any, Stubber, Any, Stubber],
) -> None:
    sagemaker, _, logs, _ = clients
    step = {"StepName": "CheckMetricFailed", "FailureReason": "the model is not good enough"}
    assert list(failure(sagemaker, logs, step)) == [
        "error: CheckMetricFailed: the model is not good enough"
    ]


def test_a_gate_that_fails_is_told_with_what_the_evaluation_has_found(
    clients: tuple[Any, Stubber, Any, Stubber], capsys: pytest.CaptureFixture[str]
) -> None:
    sagemaker, described, logs, _ = clients
    evaluate = {**STEP, "StepName": "Evaluate", "StepStatus": "Succeeded"}
    gate = {"StepName": "GateFailed", "StepStatus": "Failed", "FailureReason": "not good enough"}
    described.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": "Failed"})
    described.add_response(
        "list_pipeline_execution_steps", {"PipelineExecutionSteps": [evaluate, gate]}
    )
    _described(described, "mse 7.2 on 225 rows, 10.49 without a model")
    assert wait(sagemaker, logs, "arn:" + "x" * 30) == 1
    output = capsys.readouterr()
    assert "Evaluate: mse 7.2 on 225 rows, 10.49 without a model\n" in output.out
    assert output.err == "error: GateFailed: not good enough\n"


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
        # Of others nothing is known here, and a failure is told all the same.
        ("aws-new", "xx-new-1", "xx-new-1.console.aws.amazon.com"),
    ],
)
def test_a_link_leads_to_the_console_of_the_partition(
    partition: str, region: str, host: str
) -> None:
    arn = f"arn:{partition}:sagemaker:{region}:111122223333:processing-job/{NAME.lower()}"
    job = job_of({"Metadata": {"ProcessingJob": {"Arn": arn}}})
    assert job is not None
    assert job.link("s").startswith(f"https://{host}/cloudwatch/home?region={region}#")
