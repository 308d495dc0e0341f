"""The table says what AWS's pages say, and each control finds what breaks it and nothing else."""

import json
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
from ai_resources import BREAKS, FINE, RESOURCES, changed, single_instance_bias, template

from mlops_commons.ai_controls.findings import ACKNOWLEDGED, findings
from mlops_commons.ai_controls.table import CONTROLS

pytestmark = pytest.mark.pure

HIGH = {
    *(f"BedrockAgentCore.{number}" for number in (1, 2, 5, 7)),
    *(f"SageMaker.{number}" for number in (1, 2, 3, 20, 25)),
}
MEDIUM = {
    "Bedrock.1",
    *(f"BedrockAgentCore.{number}" for number in (3, 4, 6)),
    *(f"SageMaker.{number}" for number in (4, 5, *range(8, 20), *range(21, 25))),
}
"""Copied from the page of the standard and the severities of its controls, not from the table."""


def broken(document: dict[str, Any]) -> list[str]:
    return [f"{f.control.id} {f.resource}" for f in findings(document) if not f.reason]


def test_the_table_has_the_31_controls_of_the_standard_with_their_severities() -> None:
    assert {c.id for c in CONTROLS if c.severity == "HIGH"} == HIGH
    assert {c.id for c in CONTROLS if c.severity == "MEDIUM"} == MEDIUM
    assert len(CONTROLS) == len(HIGH | MEDIUM) == 31


def test_no_control_is_without_a_way_to_break_it() -> None:
    assert {control for control, *_ in BREAKS} == {control.id for control in CONTROLS}
    assert {control.type for control in CONTROLS} == {kind for kind, _ in RESOURCES.values()}


def test_resources_as_the_pages_want_them_break_nothing() -> None:
    assert broken(template()) == []


def test_the_resources_are_ones_that_cloudformation_takes(tmp_path: Path) -> None:
    """By the schemas of the resource providers, as cfn-lint has them."""
    file = tmp_path / "all.template.json"
    file.write_text(json.dumps(template()))
    config = cfnlint.api.ManualArgs(regions=["us-east-1"])
    found = cfnlint.api.lint_file(file, config=config)
    assert [str(match) for match in found if match.rule.id.startswith("E")] == []


@pytest.mark.parametrize(
    ("control", "resource", "path", "value"), BREAKS, ids=lambda value: str(value)[:40]
)
def test_one_changed_property_breaks_exactly_one_control(
    control: str, resource: str, path: str, value: Any
) -> None:
    document = template(**{resource: changed(resource, path, value)})
    assert broken(document) == [f"{control} {resource}"]


@pytest.mark.parametrize(("resource", "path", "value"), FINE, ids=lambda value: str(value)[:40])
def test_what_a_control_does_not_concern_breaks_nothing(
    resource: str, path: str, value: Any
) -> None:
    assert broken(template(**{resource: changed(resource, path, value)})) == []


def test_one_instance_of_a_bias_job_has_no_traffic_to_encrypt() -> None:
    assert broken(template(Bias=single_instance_bias())) == []


@pytest.mark.parametrize(
    "reference",
    [{"Ref": "Quality"}, {"Fn::GetAtt": ["Quality", "JobDefinitionArn"]}],
    ids=["Ref", "GetAtt"],
)
def test_a_schedule_is_judged_by_the_definition_that_it_names(reference: Any) -> None:
    kind, right = RESOURCES["DataQuality"]
    schedule = {
        "MonitoringScheduleConfig": {
            "MonitoringJobDefinitionName": reference,
            "MonitoringType": "DataQuality",
        },
        "MonitoringScheduleName": "named",
    }
    document = template(Schedule=schedule)
    document["Resources"]["Quality"] = {"Type": kind, "Properties": dict(right)}
    assert broken(document) == []
    del document["Resources"]["Quality"]["Properties"]["NetworkConfig"]
    named = {"SageMaker.14 Schedule", "SageMaker.22 Schedule"}
    assert set(broken(document)) == named | {"SageMaker.9 Quality", "SageMaker.11 Quality"}
    del document["Resources"]["Quality"]
    assert set(broken(document)) == named


def test_intrinsic_functions_are_resolved_and_what_nobody_knows_is_not_taken_for_right() -> None:
    document = template(
        Model={
            **RESOURCES["Model"][1],
            "EnableNetworkIsolation": {"Fn::If": ["Never", True, False]},
        },
        Notebook={**RESOURCES["Notebook"][1], "KmsKeyId": {"Ref": "Key"}},
        Features={**RESOURCES["Features"][1], "OfflineStoreConfig": {"Ref": "AWS::NoValue"}},
        Configuration={
            "ProductionVariants": [{"InitialInstanceCount": {"Ref": "Count"}, "VariantName": "v"}]
        },
    )
    document["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    document["Parameters"] = {"Count": {"Type": "Number", "Default": 2}, "Key": {"Type": "String"}}
    assert broken(document) == ["SageMaker.4 Configuration", "SageMaker.5 Model"]
    (count, _) = findings(document)
    assert "known in the deployment only" in count.message


def test_an_acknowledgement_needs_a_reason_and_covers_its_own_control_alone() -> None:
    properties = changed("Model", "EnableNetworkIsolation", None)
    properties["PrimaryContainer"].pop("ImageConfig")
    document = template(Model=properties)
    model = document["Resources"]["Model"]
    assert broken(document) == ["SageMaker.5 Model", "SageMaker.16 Model"]
    model["Metadata"] = {ACKNOWLEDGED: {"SageMaker.16": "an image of AWS in ECR"}}
    assert broken(document) == ["SageMaker.5 Model"]
    model["Metadata"] = {ACKNOWLEDGED: {"SageMaker.16": " "}}
    assert broken(document) == ["SageMaker.5 Model", "SageMaker.16 Model"]
