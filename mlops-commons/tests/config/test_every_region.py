"""Each region of the large partitions takes a stage, or says what is missing and how to go on.

Whoever does what a message says has a configuration that loads: no advice ends in a second refusal.
"""

import re
from pathlib import Path

import pytest
from one_stage import ONE_STAGE

from mlops_commons.config.loader import load_sources
from mlops_commons.config.projects_of_sets import obstacles
from mlops_commons.config.sources import Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.doctor.instances import look_at_prices
from mlops_commons.reference_tables import regions
from mlops_commons.region_services import region_services
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

HOMES = {"aws": "eu-west-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
REGIONS = sorted(region for region, part in region_partitions().items() if part in HOMES)
ANNOUNCED = {"me-west-1", "sa-west-1"}
"""Regions of botocore's list in which it has no service yet."""
INFRA = """\
cdk_infra_app_config:
  network: {{default_create_network: {{vpc_max_azs: 2, endpoints: {{{off}}}}}}}
  sagemaker:
    deployments: [{{set_name: retail, stages: [{{stage_name: dev, deploy_studio: {studio}}}]}}]
"""
SWITCH = re.compile("switch it off: (?P<key>[a-z0-9_]+): false")
ROWS = {row[0].strip("`"): row for row in regions().rows}


def load(folder: Path, region: str, off: str = "", studio: str = "true") -> Sources:
    home = HOMES[region_partitions()[region]]
    (folder / "app.yml").write_text(ONE_STAGE.format(region=region, home=home))
    (folder / "infra.yml").write_text(INFRA.format(off=off, studio=studio))
    return load_sources(folder / "app.yml", folder / "infra.yml")


def advised(folder: Path, region: str) -> tuple[Sources, list[str]]:
    """A configuration that loads, and what was done for it."""
    off: dict[str, None] = {}
    studio = "true"
    said: list[str] = []
    for _ in range(3):
        try:
            return load(folder, region, ", ".join(f"{key}: false" for key in off), studio), said
        except ConfigError as error:
            said = [problem.message for problem in error.problems]
        off.update(dict.fromkeys(found["key"] for text in said for found in SWITCH.finditer(text)))
        if any("deploy_studio: false" in text for text in said):
            studio = "false"
    raise AssertionError(said)


@pytest.mark.parametrize("region", [r for r in REGIONS if r not in ANNOUNCED])
def test_a_stage_is_taken_once_the_advice_is_followed(tmp_path: Path, region: str) -> None:
    sources, _ = advised(tmp_path, region)
    (deployment,) = sources.config.enabled_deployments
    studio = sources.config.studio("retail", "dev") is not None
    assert studio is (ROWS[region][3] == "yes")
    of_projects = [o for o in obstacles(sources.config, deployment) if "lacks" in o.message]
    assert bool(of_projects) is (ROWS[region][4] != "yes")
    machines = [finding.message.split("'")[1] for finding in look_at_prices(sources.config)]
    assert of_projects or sorted(machines) == re.findall("`(ml[^`]+)`", ROWS[region][6])


@pytest.mark.parametrize("region", sorted(ANNOUNCED))
def test_a_region_without_services_is_refused(tmp_path: Path, region: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, region)
    assert f"{region} lacks what the stage is made of" in str(caught.value)
    assert region not in ROWS


def test_studio_is_where_cloudformation_makes_no_models(tmp_path: Path) -> None:
    """Projects end in a stack with a model; people train in jobs, which need none."""
    for region in ("me-central-1", "us-gov-east-1"):
        sources, _ = advised(tmp_path, region)
        (deployment,) = sources.config.enabled_deployments
        (obstacle,) = obstacles(sources.config, deployment)
        assert "CloudFormation makes no AWS::SageMaker::Model there" in str(obstacle)
        assert sources.config.studio("retail", "dev")


def test_a_region_without_studio_says_how_to_leave_it_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "ca-west-1")
    found = next(p.message for p in caught.value.problems if "made of" in p.message)
    assert found == (
        "ca-west-1 lacks what the stage is made of: sagemaker_domains (there is no Studio); take "
        "another region, or leave Studio out, deploy_studio: false in cdk-infra-app.yml"
    )


def test_where_sagemaker_is_sold_it_is() -> None:
    """SageMaker's price list, which the services of a region are not made from."""
    from mlops_commons.instance_types import instance_types

    sold = frozenset[str]().union(*instance_types().values())
    assert sold <= region_services()["sagemaker"]


def test_a_machine_without_a_price_is_named_with_its_products(tmp_path: Path) -> None:
    sources, _ = advised(tmp_path, "eu-south-1")
    found = [f"{finding.message}; {finding.remedy}" for finding in look_at_prices(sources.config)]
    assert any(
        "eu-south-1 has no price for 'ml.g5.2xlarge', with which projects of genai_cv, "
        "llm_finetune begin in stage 'dev' of set 'retail'; name another in project.yml" in text
        for text in found
    )
    sources, _ = advised(tmp_path, "eu-west-1")
    assert list(look_at_prices(sources.config)) == []
