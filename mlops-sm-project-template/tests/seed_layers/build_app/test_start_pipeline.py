"""Starting the project's pipeline as whoever may start it, and nothing else."""

import json
import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from ml_pipelines import start_pipeline
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.start_pipeline import checked, main

NAME = "churn-p-0abc1def"
ARN = f"arn:aws:sagemaker:eu-west-1:111122223333:pipeline/{NAME}"
DEFINITION = json.dumps(
    {
        "Parameters": [
            {"Name": "InputDataUri", "Type": "String"},
            {"Name": "Share", "Type": "Float"},
        ]
    }
)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of the project's repository."""
    url = f"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/sagemaker-{NAME}-build"
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", url], cwd=tmp_path, check=True)
    monkeypatch.setattr(start_pipeline, "REPOSITORY", tmp_path)
    return tmp_path


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Stubber:
    client = boto3.client(
        "sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: client)
    monkeypatch.setattr("sys.argv", ["start-pipeline", *arguments])
    return Stubber(client)


def test_the_pipeline_of_the_clone_is_started_and_nothing_is_written(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parameters = [{"Name": "InputDataUri", "Value": "s3://bucket/data/new.csv"}]
    with called(monkeypatch, "-p", "InputDataUri=s3://bucket/data/new.csv") as stubber:
        stubber.add_response("describe_pipeline", {"PipelineDefinition": DEFINITION})
        stubber.add_response(
            "start_pipeline_execution",
            {"PipelineExecutionArn": f"{ARN}/execution/0123456789ab"},
            {"PipelineName": NAME, "PipelineParameters": parameters},
        )
        assert main() == 0
        stubber.assert_no_pending_responses()
    assert f"started {ARN}/execution/0123456789ab" in capsys.readouterr().out


def test_a_folder_that_is_no_clone_says_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start_pipeline, "REPOSITORY", tmp_path)
    with called(monkeypatch):
        assert main() == 1
    assert "name its pipeline: --pipeline PROJECT-p-ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"InputData": "x"}, "no parameter 'InputData'; it has InputDataUri, Share"),
        ({"Share": "much"}, "Share is 'much', not Float"),
    ],
)
def test_a_wrong_parameter_starts_nothing(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked(given, DEFINITION)


def test_the_parameters_of_this_repository_s_pipeline_are_accepted() -> None:
    definition = get_pipeline("training", EXAMPLE).definition()
    given = {"InputDataUri": "s3://bucket/data/x.csv", "TrainingInstanceType": "ml.m5.large"}
    assert checked(given, definition) == given
