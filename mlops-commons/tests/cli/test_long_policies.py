"""`config validate` names the line that makes a policy longer than IAM takes."""

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.config.refused_types import (
    not_refused_action,
    not_refused_to_personas,
    not_refused_type,
)
from mlops_commons.instance_types import instance_types
from mlops_commons.resource_regions import types_missing
from mlops_commons.service_reference import actions, resource_types
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

pytestmark = pytest.mark.pure

REGION = "eu-west-1"
APP: Mapping[str, Any] = {
    "pipeline": {"account": "111111111111", "region": REGION},
    "deployments": [
        {
            "set_name": "retail",
            "stages": [
                {"stage_name": "dev", "account": "222222222222"},
                {"stage_name": "prod", "account": "333333333333"},
            ],
        }
    ],
}


def validated(folder: Path, app: Mapping[str, Any], infra: Mapping[str, Any]) -> dict[str, Any]:
    """What `config validate --json` says of a configuration; JSON is YAML."""
    files = {
        CDK_APP_CONFIG.name: {"cdk_app_config": {**APP, **app}},
        CDK_INFRA_APP_CONFIG.name: {"cdk_infra_app_config": infra},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2))
    printed = CliRunner().invoke(application, ["config", "validate", str(folder), "--json"]).output
    found: dict[str, Any] = json.loads(printed)
    return found


def taken(refusal: Any, *services: str) -> list[str]:
    """Actions of services that the configuration takes."""
    found = []
    for name in (f"{service}:{name}" for service in services for name in actions()[service]):
        try:
            found.append(refusal(name))
        except ValueError:
            continue
    return found


def taken_types(*services: str) -> list[str]:
    """Types of resources of services that the configuration takes in its region."""
    found = []
    for name in sorted(resource_types()):
        if name.split("::")[1] in services:
            try:
                found.append(not_refused_type(name))
            except ValueError:
                continue
    missing = types_missing(REGION, found)
    return [name for name in found if name not in missing]


def of_persona(**keys: Any) -> Mapping[str, Any]:
    return {"sagemaker": {"personas": {"ml_engineer": keys}}}


MANY_BUCKETS = [{"name": f"{number:060d}"} for number in range(40)]
POLICIES = [f"arn:aws:iam::222222222222:policy/P{number}" for number in range(9)]
READING = taken(not_refused_to_personas, "athena", "glue", "dynamodb", "kinesis")
WORKING = taken(not_refused_action, "dynamodb", "kinesis")
TYPES = sorted(instance_types())
TYPES_OF_RESOURCES = taken_types(
    "DynamoDB",
    "Glue",
    "Kinesis",
    "Athena",
    "StepFunctions",
    "SQS",
    "IoT",
    "Lex",
    "Connect",
    "MediaLive",
    "ApiGatewayV2",
    "AppSync",
    "RDS",
    "Redshift",
    "Timestream",
    "Neptune",
    "Location",
    "Batch",
    "ECS",
)
DENIED = {
    "Effect": "Deny",
    "Action": [f"ec2:{name}" for name in islice(actions()["ec2"], 120)],
    "Resource": "*",
}
BOUNDARY = {"name": "OrgBoundary", "deny": [DENIED]}
CASES = {
    "sagemaker.personas.ml_engineer.actions": ({}, of_persona(actions=READING[:200])),
    "sagemaker.personas.ml_engineer.data_buckets": ({}, of_persona(data_buckets=MANY_BUCKETS)),
    "sagemaker.personas.ml_engineer.policy_arns": (
        {},
        of_persona(policy_arns=POLICIES, actions=READING[:4]),
    ),
    "sagemaker.jobs.instance_types": ({}, {"sagemaker": {"jobs": {"instance_types": TYPES}}}),
    "projects.role_actions": ({"projects": {"role_actions": WORKING}}, {}),
    "projects.deploys": ({"projects": {"deploys": TYPES_OF_RESOURCES}}, {}),
    "org.permissions_boundary.deny": ({"org": {"permissions_boundary": BOUNDARY}}, {}),
}


@pytest.mark.parametrize(("path", "files"), CASES.items(), ids=CASES)
def test_the_line_that_makes_a_policy_too_long_is_named(
    path: str, files: tuple[Mapping[str, Any], Mapping[str, Any]], tmp_path: Path
) -> None:
    found = validated(tmp_path, *files)
    assert not found["valid"]
    assert {problem["path"] for problem in found["problems"]} == {path}
    for problem in found["problems"]:
        lines = (tmp_path / Path(problem["file"]).name).read_text().splitlines()
        assert f'"{path.rpartition(".")[2]}"' in lines[problem["line"] - 1]
        assert "6144 characters" in problem["message"] or "IAM " in problem["message"]


def test_one_key_that_every_set_inherits_is_named_once(tmp_path: Path) -> None:
    second = {"set_name": "wholesale", "stages": [{"stage_name": "dev", "account": "4" * 12}]}
    app = {"deployments": [*APP["deployments"], second]}
    found = validated(tmp_path, app, of_persona(data_buckets=MANY_BUCKETS))
    assert len(found["problems"]) == 1


def test_what_just_fits_is_taken(tmp_path: Path) -> None:
    few = of_persona(data_buckets=MANY_BUCKETS[:20], policy_arns=POLICIES[:1], actions=READING[:4])
    assert validated(tmp_path, {}, few)["valid"]
