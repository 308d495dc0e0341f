"""What projects deploy can be made in the region of each stage, or the line is named."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from one_stage import ONE_STAGE

from mlops_commons.config.loader import load_sources
from mlops_commons.config.notes import notes
from mlops_commons.config.values import region_partitions
from mlops_commons.resource_regions import types_missing
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

ONE_SERVICE = {
    "apprunner": "AWS::AppRunner::Service",
    "databrew": "AWS::DataBrew::Job",
    "geo": "AWS::Location::Map",
    "iotsitewise": "AWS::IoTSiteWise::Asset",
    "mq": "AWS::AmazonMQ::Broker",
    "personalize": "AWS::Personalize::Dataset",
}
"""Services by botocore's names of their endpoints, each with a type that it is nothing without."""
LARGE = ("aws", "aws-us-gov", "aws-cn")
UNKNOWN = {"me-south-1", "me-west-1", "sa-west-1"}
"""Regions of which cfn-lint lists no types."""


@cache
def endpoints() -> Mapping[str, frozenset[str]]:
    """The regions of each service, which the types of regions are not made from."""
    spec = find_spec("botocore")
    assert spec and spec.origin
    text = (Path(spec.origin).parent / "data" / "endpoints.json").read_text()
    found: dict[str, set[str]] = {}
    for partition in json.loads(text)["partitions"]:
        for service, entry in partition["services"].items():
            found.setdefault(service, set()).update(entry.get("endpoints", {}))
    return {service: frozenset(regions) for service, regions in found.items()}


@pytest.mark.parametrize(("service", "kind"), ONE_SERVICE.items())
def test_a_type_is_where_its_service_answers(service: str, kind: str) -> None:
    regions = {name for name, part in region_partitions().items() if part in LARGE} - UNKNOWN
    makes = {region for region in regions if not types_missing(region, (kind,))}
    assert makes == endpoints()[service] & regions


def test_nothing_is_said_of_a_region_or_a_type_that_nobody_knows() -> None:
    assert types_missing("me-south-1", ("AWS::AppRunner::Service",)) == ()
    assert types_missing("eu-west-1", ("AWS::Nothing::Thing",)) == ()


def of_region(folder: Path, region: str, more: str = "") -> Path:
    text = ONE_STAGE.format(region=region, home="eu-west-1")
    (folder / "app.yml").write_text(text + more)
    return folder / "app.yml"


def test_a_type_that_the_region_of_a_stage_lacks_is_refused_with_its_line(tmp_path: Path) -> None:
    deploys = (
        "  projects:\n    deploys:\n      - AWS::DynamoDB::Table\n      - AWS::AppRunner::Service\n"
    )
    file = of_region(tmp_path, "ca-central-1", deploys)
    with pytest.raises(ConfigError) as refused:
        load_sources(file, tmp_path / "infra.yml")
    (problem,) = refused.value.problems
    assert file.read_text().splitlines()[problem.line - 1].endswith("AWS::AppRunner::Service")
    assert problem.message.startswith(
        "CloudFormation makes no AWS::AppRunner::Service in ca-central-1, the region of stage "
        "'dev' of set 'retail'"
    )


def test_where_there_are_no_projects_nothing_is_deployed(tmp_path: Path) -> None:
    deploys = "  projects:\n    enabled: false\n    deploys: [AWS::AppRunner::Service]\n"
    load_sources(of_region(tmp_path, "ca-central-1", deploys), tmp_path / "infra.yml")


def test_every_region_that_makes_it_takes_it(tmp_path: Path) -> None:
    deploys = "  projects:\n    deploys: [AWS::AppRunner::Service]\n"
    load_sources(of_region(tmp_path, "eu-west-1", deploys), tmp_path / "infra.yml")


def test_machines_of_products_that_a_region_has_no_price_for_are_noted(tmp_path: Path) -> None:
    file = of_region(tmp_path, "eu-south-1")
    said = notes(load_sources(file, tmp_path / "infra.yml"))
    (note,) = [found for found in said if "no price" in found.message]
    assert "stage_name: dev" in file.read_text().splitlines()[note.line - 1]
    assert note.message.startswith(
        "eu-south-1 has no price for ml.g5.2xlarge, ml.g5.xlarge, with which projects of genai_cv, "
        "llm_finetune begin; name another in project.yml"
    )
    there = notes(load_sources(of_region(tmp_path, "eu-west-1"), tmp_path / "infra.yml"))
    assert not [found for found in there if "no price" in found.message]
