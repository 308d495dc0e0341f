"""The emulator resolves a SageMaker pipeline's expressions as its schema says."""

import sys
from typing import Any

import pytest

from mlops_rehearsal.emulator.server import PLUGIN

sys.path.append(str(PLUGIN))

from ministack_aws.sagemaker.pipeline_definition import NotResolved, Scope, parameters

pytestmark = pytest.mark.pure


def scope() -> Any:
    found = Scope({"Limit": 6.0}, {"PipelineExecutionId": "run1"})
    output = {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}
    found.steps["Preprocess"] = {"ProcessingOutputConfig": {"Outputs": [output]}}
    found.property_files["Evaluate", "Report"] = {"metrics": {"mse": {"value": 5.5}}}
    return found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Get": "Parameters.Limit"}, 6.0),
        ({"Get": "Execution.PipelineExecutionId"}, "run1"),
        (
            {"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"},
            "s3://b/train",
        ),
        (
            {
                "Std:Join": {
                    "On": "/",
                    "Values": ["s3://b", {"Get": "Execution.PipelineExecutionId"}],
                }
            },
            "s3://b/run1",
        ),
        (
            {
                "Std:JsonGet": {
                    "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"},
                    "Path": "metrics.mse.value",
                }
            },
            5.5,
        ),
        ({"Plain": ["text", 1]}, {"Plain": ["text", 1]}),
    ],
)
def test_an_expression_has_its_value(expression: Any, value: Any) -> None:
    assert scope().resolve(expression) == value


@pytest.mark.parametrize(("limit", "holds"), [(5.5, True), (5.4, False)])
def test_a_gate_compares_the_metric_with_its_limit(limit: float, holds: bool) -> None:
    metric = {
        "Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"},
            "Path": "metrics.mse.value",
        }
    }
    condition = {"Type": "LessThanOrEqualTo", "LeftValue": metric, "RightValue": limit}
    assert scope().holds(condition) is holds


@pytest.mark.parametrize("path", ["Parameters.Other", "Steps.Train.ModelArtifacts"])
def test_what_is_not_there_is_named(path: str) -> None:
    with pytest.raises(NotResolved, match=path):
        scope().resolve({"Get": path})


DEFINITION = {
    "Parameters": [
        {"Name": "Limit", "Type": "Float", "DefaultValue": 6},
        {"Name": "Data", "Type": "String"},
    ]
}


def test_parameters_have_their_types_and_defaults() -> None:
    assert parameters(DEFINITION, {"Data": "s3://b"}) == {"Limit": 6.0, "Data": "s3://b"}
    assert parameters(DEFINITION, {"Data": "x", "Limit": "5.2"})["Limit"] == 5.2


@pytest.mark.parametrize(
    ("given", "message"), [({}, "'Data' has neither"), ({"Data": "x", "Dat": "y"}, "'Dat'")]
)
def test_a_missing_or_unknown_parameter_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(NotResolved, match=message):
        parameters(DEFINITION, given)
