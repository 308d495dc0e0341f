"""The tables of personas and of the SSM contract say what the templates say."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import PARAMETERS, ParameterName
from mlops_commons.stage import Studio
from mlops_commons.utilities.generated_files import stale
from mlops_commons.utilities.generated_tables import COMMAND, wanted_texts
from mlops_infra.access.personas import PERSONAS
from mlops_infra.core_stage import CoreStage
from mlops_infra.reference_tables import personas, tables


@pytest.mark.pure
def test_the_tables_in_the_readme_are_current() -> None:
    assert stale(wanted_texts(tables())) == [], f"run: {COMMAND}"


@pytest.mark.pure
def test_every_persona_has_a_row_with_the_parameter_of_its_role() -> None:
    assert [row[1] for row in personas().rows] == [f"`{row.parameter}`" for row in PERSONAS]


@pytest.mark.pure
def test_the_contract_has_one_row_for_each_parameter() -> None:
    assert sorted(row.name for row in PARAMETERS) == sorted(ParameterName)


@pytest.mark.construct
@pytest.mark.parametrize("studio", [None, Studio(), Studio(mlflow=True)])
def test_a_stage_writes_the_parameters_that_the_contract_promises(
    tmp_path: Path, studio: Studio | None
) -> None:
    app = platform_app(outdir=str(tmp_path))
    CoreStage(app, "dev", env=cdk.Environment(account="1" * 12, region="eu-west-1"), studio=studio)
    app.synth()
    (template,) = (tmp_path / "assembly-dev").glob("*.template.json")
    written = {
        (resource["Properties"]["Name"], resource["Properties"]["Type"])
        for resource in json.loads(template.read_text())["Resources"].values()
        if resource["Type"] == "AWS::SSM::Parameter"
    }
    assert written == {
        (row.name.value, row.kind)
        for row in PARAMETERS
        if (studio or not row.needs_studio) and (not row.switch or getattr(studio, row.switch))
    }
