"""The pipelines as SageMaker gets them, compiled by the SDK without a call to anything."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ml_pipelines import declared
from ml_pipelines.bounds import bounds
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY, Sources
from ml_pipelines.training.defaults import APPROVAL_STATUS, of_product

DECLARED = declared.read()
REGISTRATION = "Steps.Evaluate.PropertyFiles.Registration"
REPORT_FOLDER = "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri"
METRIC = f"{declared.METRIC_GROUPS[DECLARED.task]}.{DECLARED.gate.metric}.value"


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get_pipeline("training", EXAMPLE).definition())
    return found


COMPILE_AND_COUNT_CALLS = """
import sys, threading
calls = []
network = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda event, given: calls.append((event, given)) if event in network else None)
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
get_pipeline("training", EXAMPLE).definition()
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join(timeout=60)
print(calls)
"""
"""Counts what is tried, also in threads and where the SDK hides that it failed."""


def test_compiling_calls_nothing_without_credentials_and_without_a_home(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMPILE_AND_COUNT_CALLS],
        cwd=REPOSITORY,
        env={"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def jobs(definition: Any) -> Iterator[dict[str, Any]]:
    """Every step, those behind a condition too."""
    for step in definition["Steps"]:
        yield step
        if step["Type"] == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from jobs({"Steps": step["Arguments"][branch]})


def values(content: Any, key: str) -> list[Any]:
    """Everything that stands under a key, however deep."""
    if isinstance(content, dict):
        own = [content[key]] if key in content else []
        return own + [found for value in content.values() for found in values(value, key)]
    if isinstance(content, list):
        return [found for value in content for found in values(value, key)]
    return []


def test_the_definition_has_the_schema_of_today(definition: dict[str, Any]) -> None:
    assert definition["Version"] == "2020-12-01"


def test_every_job_runs_isolated_and_encrypted_in_the_private_network(
    definition: dict[str, Any],
) -> None:
    found = [s["Arguments"] for s in jobs(definition) if s["Type"] in ("Training", "Processing")]
    assert found
    for arguments in found:
        network = arguments.get("NetworkConfig", arguments)
        assert network["EnableNetworkIsolation"] is True
        assert network["EnableInterContainerTrafficEncryption"] is True
        assert network["VpcConfig"]["Subnets"] == list(EXAMPLE.subnet_ids)
        assert network["VpcConfig"]["SecurityGroupIds"] == list(EXAMPLE.security_group_ids)
        assert arguments["RoleArn"] == EXAMPLE.role_arn


def test_every_output_and_volume_has_the_projects_key(definition: dict[str, Any]) -> None:
    for step in jobs(definition):
        arguments = step["Arguments"]
        if step["Type"] == "Training":
            assert arguments["OutputDataConfig"]["KmsKeyId"] == EXAMPLE.kms_key_arn
            assert arguments["ResourceConfig"]["VolumeKmsKeyId"] == EXAMPLE.kms_key_arn
        if step["Type"] == "Processing":
            assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == EXAMPLE.kms_key_arn
            cluster = arguments["ProcessingResources"]["ClusterConfig"]
            assert cluster["VolumeKmsKeyId"] == EXAMPLE.kms_key_arn


def test_two_compilations_are_alike(definition: dict[str, Any]) -> None:
    assert json.loads(get_pipeline("training", EXAMPLE).definition()) == definition


def test_every_parameter_has_a_default(definition: dict[str, Any]) -> None:
    assert all("DefaultValue" in parameter for parameter in definition["Parameters"])


def test_the_training_pipeline_goes_from_data_to_a_registered_version(
    definition: dict[str, Any],
) -> None:
    assert [step["Type"] for step in definition["Steps"]] == [
        *("Processing", "Training", "Processing", "Condition")
    ]
    gate = definition["Steps"][-1]["Arguments"]
    assert [step["Type"] for step in gate["IfSteps"]] == ["Lambda", "RegisterModel"]
    assert [step["Type"] for step in gate["ElseSteps"]] == ["Fail"]
    parameters = {p["Name"]: p["DefaultValue"] for p in definition["Parameters"]}
    assert parameters == {
        "ProcessingInstanceType": "ml.m5.xlarge",
        "TrainingInstanceType": "ml.m5.xlarge",
        "InputDataUri": Sources(EXAMPLE).uri(DECLARED.table.file),
        "ApprovedVersion": "none",
        "ApprovedModelUri": Sources(EXAMPLE).uri("source_scripts"),
        "ApprovedModelSha256": "none",
    }


def test_each_step_reads_what_the_steps_before_it_wrote(definition: dict[str, Any]) -> None:
    steps = {step["Name"]: values(step["Arguments"], "Get") for step in definition["Steps"]}
    parts = "Steps.Preprocess.ProcessingOutputConfig.Outputs['{}'].S3Output.S3Uri"
    model = "Steps.Train.ModelArtifacts.S3ModelArtifacts"
    assert "Parameters.InputDataUri" in steps["Preprocess"]
    assert {parts.format("train"), parts.format("validation")} <= {*steps["Train"]}
    assert parts.format("test") not in steps["Train"]
    judged = {model, *(parts.format(name) for name in ("train", "test", "facts"))}
    assert judged | {"Parameters.ApprovedModelUri"} <= {*steps["Evaluate"]}


def test_the_gate_compares_what_the_report_says_with_what_is_declared(
    definition: dict[str, Any],
) -> None:
    conditions = definition["Steps"][-1]["Arguments"]["Conditions"]
    read = {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.EvaluationReport"}}
    gate = DECLARED.gate
    declared = {bound.parameter: bound.limit for bound in bounds(DECLARED)}
    expected = [
        ("GreaterThanOrEqualTo", "gate.skill", "MinimumSkill"),
        *[("LessThanOrEqualTo", "gate.lost", "MaximumLoss")] * gate.compare_with_approved,
        *[("GreaterThanOrEqualTo", "gate.slice_skill", "MinimumSliceSkill")] * bool(gate.slices),
        *[("LessThanOrEqualTo", "gate.slice_lost", "MaximumSliceLoss")]
        * (bool(gate.slices) and gate.compare_with_approved),
        *[("LessThanOrEqualTo", "gate.value", "MaximumMetric")] * (gate.at_most is not None),
        *[("GreaterThanOrEqualTo", "gate.value", "MinimumMetric")] * (gate.at_least is not None),
    ]
    assert conditions == [
        {
            "Type": kind,
            "LeftValue": {"Std:JsonGet": {**read, "Path": path}},
            "RightValue": declared[parameter],
        }
        for kind, path, parameter in expected
    ]


def test_the_registered_version_serves_with_the_code_in_its_archive(
    definition: dict[str, Any],
) -> None:
    seal, register = definition["Steps"][-1]["Arguments"]["IfSteps"]
    arguments = register["Arguments"]
    assert arguments["ModelPackageGroupName"] == EXAMPLE.model_package_group_name
    assert arguments["ModelApprovalStatus"] == APPROVAL_STATUS
    (container,) = arguments["InferenceSpecification"]["Containers"]
    environment = container["Environment"]
    assert environment["SAGEMAKER_PROGRAM"] == "inference.py"
    assert environment["SAGEMAKER_SUBMIT_DIRECTORY"] == "/opt/ml/model/code"
    if "scikit-learn" in container["Image"]:
        # Without these its server asks the package index, which an isolated container cannot reach.
        assert environment["PIP_NO_BUILD_ISOLATION"] == "false"
        assert environment["PIP_NO_INDEX"] == "1"
    assert seal["FunctionArn"] == EXAMPLE.seal_function_arn
    assert seal["Arguments"] == {"source": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}}
    assert container["ModelDataUrl"] == {"Get": "Steps.Seal.OutputParameters['uri']"}


def test_a_version_records_what_it_is_made_of(definition: dict[str, Any]) -> None:
    _, register = definition["Steps"][-1]["Arguments"]["IfSteps"]
    recorded = register["Arguments"]["CustomerMetadataProperties"]
    read = {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.EvaluationReport"}}
    assert recorded == {
        "ModelSha256": {"Get": "Steps.Seal.OutputParameters['sha256']"},
        "SourcesSha256": Sources(EXAMPLE).digest,
        "CommitId": EXAMPLE.commit_id,
        "ImageDigest": EXAMPLE.image_digest,
        "Metric": METRIC,
        "MetricValue": {
            "Std:Join": {"On": "", "Values": [{"Std:JsonGet": {**read, "Path": METRIC}}]}
        },
        "Report": {"Std:Join": {"On": "/", "Values": [{"Get": REPORT_FOLDER}, "report.html"]}},
        **{bound.parameter: str(bound.limit) for bound in bounds(DECLARED)},
        **{
            name: {"Std:JsonGet": {"PropertyFile": {"Get": REGISTRATION}, "Path": name}}
            for name in (
                *("DataUri", "DataSha256", "Rows", "Hyperparameters", "Seeds", "Libraries"),
                *("Threshold", "Skill", "ComparedWith"),
            )
        },
        **of_product(EXAMPLE),
    }


def test_a_version_has_a_model_card_and_says_where_it_comes_from(
    definition: dict[str, Any],
) -> None:
    _, register = definition["Steps"][-1]["Arguments"]["IfSteps"]
    card = register["Arguments"]["ModelCard"]
    assert card == {
        "ModelCardContent": {
            "Std:JsonGet": {"PropertyFile": {"Get": REGISTRATION}, "Path": "ModelCard"}
        },
        "ModelCardStatus": "Draft",
    }
    assert register["Arguments"]["MetadataProperties"] == {
        "CommitId": EXAMPLE.commit_id,
        "ProjectId": EXAMPLE.project_id,
    }


def test_a_version_names_the_baseline_that_lies_in_its_archive(
    definition: dict[str, Any],
) -> None:
    _, register = definition["Steps"][-1]["Arguments"]["IfSteps"]
    baseline = {
        name: {
            "ContentType": "application/json",
            "ContentDigest": {
                "Std:JsonGet": {"PropertyFile": {"Get": REGISTRATION}, "Path": f"{name}Digest"}
            },
            "S3Uri": {
                "Std:Join": {"On": "/", "Values": [{"Get": REPORT_FOLDER}, f"{name.lower()}.json"]}
            },
        }
        for name in ("Statistics", "Constraints")
    }
    assert register["Arguments"]["ModelMetrics"]["ModelDataQuality"] == baseline
    assert register["Arguments"]["DriftCheckBaselines"] == {"ModelDataQuality": baseline}


def test_models_are_trained_where_only_jobs_write(definition: dict[str, Any]) -> None:
    (train,) = [s["Arguments"] for s in definition["Steps"] if s["Type"] == "Training"]
    place = f"s3://{EXAMPLE.artifact_bucket}/models"
    assert train["OutputDataConfig"]["S3OutputPath"] == place
