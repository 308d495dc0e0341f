"""The tables of personas and of the SSM contract say what the templates say."""

import json
from pathlib import Path

import pytest

from mlops_commons.contract import PARAMETERS, ParameterName
from mlops_commons.utilities.generated_files import stale
from mlops_commons.utilities.generated_tables import COMMAND, wanted_texts
from mlops_infra.access.personas import PERSONAS
from mlops_infra.reference_tables import personas, tables

pytestmark = pytest.mark.pure

REVIEWED = Path(__file__).parents[1] / "app" / "__snapshots__" / "test_stack_snapshots"


def test_the_tables_in_the_readme_are_current() -> None:
    assert stale(wanted_texts(tables())) == [], f"run: {COMMAND}"


def test_every_persona_has_a_row_with_the_parameter_of_its_role() -> None:
    assert [row[1] for row in personas().rows] == [f"`{row.parameter}`" for row in PERSONAS]


def test_the_contract_has_one_row_for_each_parameter() -> None:
    assert sorted(row.name for row in PARAMETERS) == sorted(ParameterName)


@pytest.mark.parametrize(("stage", "with_studio"), [("dev", True), ("preprod", False)])
def test_a_stage_writes_the_parameters_that_the_contract_promises(
    stage: str, with_studio: bool
) -> None:
    file = REVIEWED / f"test_the_template_is_as_reviewed[{stage}][{stage}].json"
    resources = json.loads(file.read_text())["Resources"].values()
    written = {
        (resource["Properties"]["Name"], resource["Properties"]["Type"])
        for resource in resources
        if resource["Type"] == "AWS::SSM::Parameter"
    }
    assert written == {
        (row.name.value, row.kind) for row in PARAMETERS if with_studio or not row.needs_studio
    }
