"""`ai-controls` says what is open, to people and to programs, and refuses what it cannot read."""

import json
from pathlib import Path
from typing import Any

import pytest
from ai_resources import changed, template
from typer.testing import CliRunner

from mlops_commons.ai_controls.findings import ACKNOWLEDGED
from mlops_commons.cli.application import application
from mlops_commons.cli.apps import assemblies
from mlops_commons.cli.apps.ai_controls import ai_controls
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem

pytestmark = pytest.mark.pure

DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Machine", "Type": "String", "DefaultValue": "ml.g5.xlarge"}],
    "Steps": [
        {
            "Name": "Gate",
            "Type": "Condition",
            "Arguments": {
                "IfSteps": [
                    {
                        "Name": "Train",
                        "Type": "Training",
                        "Arguments": {
                            "EnableNetworkIsolation": True,
                            "EnableInterContainerTrafficEncryption": True,
                            "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
                            "OutputDataConfig": {"S3OutputPath": "s3://b/p", "KmsKeyId": "key"},
                            "ResourceConfig": {"InstanceType": {"Get": "Parameters.Machine"}},
                        },
                    }
                ]
            },
        }
    ],
}


def call(*arguments: str) -> Any:
    return CliRunner().invoke(application, ["ai-controls", *arguments])


def written(folder: Path, name: str, document: object) -> str:
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(file)


def test_an_open_finding_names_resource_control_and_what_would_be_right(tmp_path: Path) -> None:
    document = template(Model=changed("Model", "EnableNetworkIsolation", False))
    done = call(written(tmp_path, "one.template.json", document))
    assert done.exit_code == 1
    for part in ("SageMaker.5", "MEDIUM", "Model", "must be true", "False", "one.template.json"):
        assert part in done.stdout
    assert "1 file, " in done.stdout
    assert "1 open finding, 0 acknowledged" in done.stdout


def test_json_has_acknowledged_findings_with_their_reasons_and_they_do_not_fail(
    tmp_path: Path,
) -> None:
    document = template(Model=changed("Model", "EnableNetworkIsolation", False))
    document["Resources"]["Model"]["Metadata"] = {ACKNOWLEDGED: {"SageMaker.5": "why"}}
    done = call(written(tmp_path, "one.json", document), "--json")
    assert done.exit_code == 0
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["control"], finding["acknowledged"]) == ("SageMaker.5", "why")


def test_a_template_in_yaml_is_read_with_its_short_forms(tmp_path: Path) -> None:
    text = """
Conditions: {Never: !Equals [a, b]}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties: {EnableNetworkIsolation: !If [Never, true, false]}
"""
    done = call(written(tmp_path, "one.yml", text))
    assert (done.exit_code, "SageMaker.5" in done.stdout) == (1, True)


def test_jobs_behind_a_condition_of_a_pipeline_are_seen(tmp_path: Path) -> None:
    assert call(written(tmp_path, "p.json", DEFINITION)).exit_code == 0
    text = json.dumps(DEFINITION).replace("g5.xlarge", "m5.xlarge")
    done = call(written(tmp_path, "p.json", text))
    assert (done.exit_code, "Jobs.5" in done.stdout, "Train" in done.stdout) == (1, True, True)


@pytest.mark.parametrize(
    "resource",
    [
        *(1, None, {}, {"Type": 1}),
        *({"Type": "AWS::SageMaker::Model", key: "x"} for key in ("Properties", "Metadata")),
    ],
)
def test_a_template_whose_resources_are_none_is_refused_by_the_name_of_one(
    tmp_path: Path, resource: object
) -> None:
    done = call(written(tmp_path, "odd.json", {"Resources": {"Strange": resource}}))
    assert isinstance(done.exception, PlatformError)
    assert "odd.json" in str(done.exception)
    assert "resource 'Strange'" in str(done.exception)


def test_without_a_file_a_broken_configuration_is_told_instead_of_older_templates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    problem = Problem(file=tmp_path / "cdk-app.yml", line=3, path="app_prefix", message="bad")

    def broken() -> None:
        raise ConfigError([problem])

    monkeypatch.setattr("mlops_commons.config.loader.load_config", broken)
    done = call()
    assert isinstance(done.exception, ConfigError)


def test_without_a_file_it_looks_at_what_the_configuration_makes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = template(Model=changed("Model", "EnableNetworkIsolation", False))
    made: list[Path] = []

    def make(directory: Path, flags: object) -> tuple[int, bool]:
        assembly = tmp_path / directory.name / "cdk.out"
        assembly.mkdir(parents=True)
        written(assembly, "one.template.json", document)
        made.append(assembly)
        return 0, False

    monkeypatch.setattr(assemblies, "app_directory", lambda app: tmp_path / app)
    monkeypatch.setattr(assemblies, "make_assembly", make)
    monkeypatch.setattr("mlops_commons.assembly.stacks.read_stacks", lambda assembly: ())
    monkeypatch.setattr(f"{ai_controls.__module__}.templates", lambda folder: [*folder.iterdir()])
    done = call()
    assert [assembly.parent.name for assembly in made] == ["infra", "template"]
    assert (done.exit_code, "2 files" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "no JSON document"), ("[]", "neither a template"), ('{"a": 1}', "neither a template")],
)
def test_a_file_that_is_neither_is_refused_by_its_name(
    text: str, said: str, tmp_path: Path
) -> None:
    done = call(written(tmp_path, "odd.json", text))
    assert isinstance(done.exception, PlatformError)
    assert said in str(done.exception)
    assert "odd.json" in str(done.exception)


def test_guard_rules_are_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ai.guard"
    assert call("--guard", str(file)).exit_code == 0
    assert file.read_text().count("_holds when") == 31
