"""What is kept of a run; MLflow itself is not asked here."""

import json
from io import BytesIO

import boto3
from botocore.stub import Stubber

from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.tracking import chosen, commit_of, numbers, run_of_execution

EXECUTION = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/example/execution/0123456789ab"
PLACE = "executions/0123456789ab/"
MADE = {"experiment": EXAMPLE.pipeline_name, "commit": EXAMPLE.commit_id, "ended": "now"}


def test_the_numbers_of_a_report_are_named_by_their_place() -> None:
    report = {"regression_metrics": {"mse": {"value": 4.5}, "rows": 10}, "gate": {"passed": True}}
    assert dict(numbers(report)) == {"mse": 4.5, "rows": 10.0}


def test_a_run_has_what_was_chosen_over_the_defaults_of_its_pipeline() -> None:
    definition = {
        "Parameters": [
            {"Name": "InputDataUri", "DefaultValue": "s3://b/k"},
            {"Name": "MaximumRmse", "DefaultValue": 3.0},
            {"Name": "Required"},
        ],
        "Steps": [
            {"Name": "Train", "Arguments": {"HyperParameters": {"leaves": "31", "c": {"Get": "x"}}}}
        ],
    }
    found = chosen(json.dumps(definition), {"MaximumRmse": "2"})
    assert found == {"leaves": "31", "InputDataUri": "s3://b/k", "MaximumRmse": "2"}


def test_an_execution_s_run_has_its_report_its_commit_and_its_place() -> None:
    s3 = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="never", aws_secret_access_key="sent"
    )
    contents = {
        "curves.json": b'{"loss": [[1, 0.5], [2, 0.25]]}',
        "evaluation.json": b'{"regression_metrics": {"mse": {"value": 4.5}}}',
    }
    evaluated = {f"{PLACE}Evaluate/evaluation/{name}": text for name, text in contents.items()}
    keys = [*evaluated, f"{PLACE}Preprocess/train/train.csv"]
    with Stubber(s3) as stubber:
        stubber.add_response(
            "list_objects_v2",
            {"Contents": [{"Key": key} for key in keys]},
            {"Bucket": EXAMPLE.artifact_bucket, "Prefix": PLACE},
        )
        for key, text in evaluated.items():
            stubber.add_response(
                "get_object",
                {"Body": BytesIO(text)},
                {"Bucket": EXAMPLE.artifact_bucket, "Key": key},
            )
        run = run_of_execution(
            s3, EXAMPLE.artifact_bucket, EXECUTION, parameters={"a": 1}, succeeded=False, **MADE
        )
    assert dict(numbers(run.report)) == {"mse": 4.5}
    assert run.curves == {"loss": [[1, 0.5], [2, 0.25]]}
    assert (run.name, run.experiment, run.succeeded) == (
        *("0123456789ab", EXAMPLE.pipeline_name, False),
    )
    assert run.tags == {
        "commit": EXAMPLE.commit_id,
        "execution": EXECUTION,
        "ended": "now",
        "results": f"s3://{EXAMPLE.artifact_bucket}/{PLACE}",
    }


def test_an_execution_that_left_no_report_has_a_run_without_numbers() -> None:
    s3 = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="never", aws_secret_access_key="sent"
    )
    with Stubber(s3) as stubber:
        stubber.add_response("list_objects_v2", {})
        run = run_of_execution(
            s3, EXAMPLE.artifact_bucket, EXECUTION, parameters={}, succeeded=False, **MADE
        )
    assert run.report == {}


def test_the_commit_of_a_run_is_that_of_its_definition_whatever_was_pushed_since() -> None:
    assert commit_of(get_pipeline("training", EXAMPLE).definition()) == EXAMPLE.commit_id
    assert commit_of('{"Steps": [{"Arguments": {"CommitId": {"Get": "x"}}}]}') == ""
