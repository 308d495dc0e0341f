"""The pipeline as SageMaker gets it, compiled by the SDK without a call to anything."""

import json
import socket
from typing import Any

import pytest

# First: the SDK is imported before anything is refused.
from ml_pipelines.fine_tuning import RECORDED  # isort: skip
from ml_pipelines import declared
from ml_pipelines.approved_version import MODEL, NONE, SHA256, VERSION, compares
from ml_pipelines.bounds import bounds
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refused)
        found: dict[str, Any] = json.loads(get_pipeline("training", EXAMPLE).definition())
    return found


def _refused(*_: object) -> None:
    raise AssertionError("compiling a pipeline called something")


def test_it_goes_from_data_and_a_base_model_to_a_registered_version(definition: Any) -> None:
    assert definition["Version"] == "2020-12-01"
    assert [s["Name"] for s in definition["Steps"]] == [
        *("Preprocess", "FineTune", "Evaluate", "CheckScore")
    ]
    gate = definition["Steps"][-1]["Arguments"]
    assert [s["Type"] for s in gate["IfSteps"]] == ["Lambda", "RegisterModel"]
    assert [s["Type"] for s in gate["ElseSteps"]] == ["Fail"]
    (container,) = gate["IfSteps"][1]["Arguments"]["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == {"Get": "Steps.Seal.OutputParameters['uri']"}
    defaults = {p["Name"]: p["DefaultValue"] for p in definition["Parameters"]}
    found = declared.read()
    # Whoever may start an execution chooses data and machines, and nothing of the gate.
    machines = ("ProcessingInstanceType", "TrainingInstanceType", "EvaluationInstanceType")
    chosen = {*machines, "InputDataUri", "BaseModelUri"}
    assert {*defaults} - {VERSION, MODEL, SHA256} == chosen
    assert [row["RightValue"] for row in gate["Conditions"]] == [b.limit for b in bounds(found)]
    compared = [row["LeftValue"]["Std:JsonGet"]["Path"] for row in gate["Conditions"]]
    assert compared == [bound.json_path for bound in bounds(found)]
    most = {b.json_path for b in bounds(found) if b.at_most}
    assert most == {
        path
        for path, row in zip(compared, gate["Conditions"], strict=True)
        if row["Type"] == "LessThanOrEqualTo"
    }
    assert {"gate.improvement", "gate.rows"} <= {*compared}
    status = gate["IfSteps"][1]["Arguments"]["ModelApprovalStatus"]
    assert status == "PendingManualApproval"


def test_every_job_runs_isolated_and_encrypted_in_the_private_network(definition: Any) -> None:
    for step in definition["Steps"][:3]:
        arguments = step["Arguments"]
        network = arguments.get("NetworkConfig", arguments)
        assert network["EnableNetworkIsolation"] is True
        assert network["EnableInterContainerTrafficEncryption"] is True
        assert network["VpcConfig"]["Subnets"] == list(EXAMPLE.subnet_ids)


def test_every_output_has_the_projects_key_and_gpu_volumes_have_none(definition: Any) -> None:
    preprocess, train, evaluate, _ = (step["Arguments"] for step in definition["Steps"])
    assert train["OutputDataConfig"]["KmsKeyId"] == EXAMPLE.kms_key_arn
    assert "VolumeKmsKeyId" not in train["ResourceConfig"]
    for arguments in (preprocess, evaluate):
        assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == EXAMPLE.kms_key_arn
    cluster = preprocess["ProcessingResources"]["ClusterConfig"]
    assert cluster["VolumeKmsKeyId"] == EXAMPLE.kms_key_arn


def test_a_model_is_measured_beside_its_base_model_in_the_image_that_serves(
    definition: Any,
) -> None:
    evaluate, gate = (step["Arguments"] for step in definition["Steps"][2:])
    (container,) = gate["IfSteps"][1]["Arguments"]["InferenceSpecification"]["Containers"]
    assert evaluate["AppSpecification"]["ImageUri"] == container["Image"]
    inputs = {row["InputName"]: row["S3Input"]["S3Uri"] for row in evaluate["ProcessingInputs"]}
    assert inputs["base_model"] == {"Get": "Parameters.BaseModelUri"}
    recorded = gate["IfSteps"][1]["Arguments"]["CustomerMetadataProperties"]
    assert recorded["Report"]["Std:Join"]["Values"][-1] == "report.html"
    assert {bound.parameter for bound in bounds(declared.read())} <= {*recorded}
    judge = declared.read().model.judge
    assert ("judge" in inputs) == bool(judge)


def test_a_model_is_held_against_the_approved_version(definition: Any) -> None:
    evaluate, gate = (step["Arguments"] for step in definition["Steps"][2:])
    defaults = {p["Name"]: p["DefaultValue"] for p in definition["Parameters"]}
    assert (defaults[VERSION], defaults[SHA256]) == (NONE, NONE)
    # Where none is approved, the input has to be something that is there.
    assert defaults[MODEL].endswith("/source_scripts")
    assert compares(json.dumps(definition))
    inputs = {row["InputName"]: row["S3Input"]["S3Uri"] for row in evaluate["ProcessingInputs"]}
    assert inputs["approved"] == {"Get": f"Parameters.{MODEL}"}
    given = evaluate["AppSpecification"]["ContainerArguments"]
    named = dict(zip(given[::2], given[1::2], strict=True))
    assert named["--approved-version"] == {"Get": f"Parameters.{VERSION}"}
    assert named["--approved-sha256"] == {"Get": f"Parameters.{SHA256}"}
    compared = [row["LeftValue"]["Std:JsonGet"]["Path"] for row in gate["Conditions"]]
    assert ("gate.lost" in compared) == declared.read().gate.compare_with_approved


def test_a_version_carries_what_it_was_made_of_and_its_card(definition: Any) -> None:
    gate = definition["Steps"][-1]["Arguments"]
    register = gate["IfSteps"][1]["Arguments"]
    recorded = register["CustomerMetadataProperties"]
    assert {*RECORDED, "ModelSha256", "SourcesSha256", "CommitId", "Metric"} <= {*recorded}
    # CustomerMetadataMap: at most fifty entries (botocore's model of CreateModelPackage).
    assert len(recorded) <= 50
    card = register["ModelCard"]
    assert card["ModelCardStatus"] == "Draft"
    assert card["ModelCardContent"]["Std:JsonGet"]["Path"] == "ModelCard"
    files = {
        row["PropertyFileName"]: row["FilePath"] for row in definition["Steps"][2]["PropertyFiles"]
    }
    assert files == {"EvaluationReport": "evaluation.json", "Registration": "registration.json"}


def test_the_base_model_comes_by_a_channel(definition: Any) -> None:
    train = definition["Steps"][1]["Arguments"]
    channels = {
        c["ChannelName"]: c["DataSource"]["S3DataSource"]["S3Uri"] for c in train["InputDataConfig"]
    }
    assert channels["model"] == {"Get": "Parameters.BaseModelUri"}
    assert set(channels) == {"train", "model", "code"}
