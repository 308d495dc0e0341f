"""Zones that a region cannot have are refused; what other sources know of zones is not.

The numbers come from AWS's table of AZ IDs. They are held against the zones that moto answers with
and that Terraform's users have named.
"""

from pathlib import Path

import pytest

from mlops_commons.config.loader import load_sources
from mlops_commons.config.sources import Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.region_services import MOST_ZONES
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: {region}}}
  deployments:
    - set_name: retail
      projects: {{enabled: false}}
      stages: [{{stage_name: dev, account: "222222222222"}}]
"""
INFRA = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_max_azs: {most}
      availability_zones:
{zones}
  sagemaker:
    deployments: [{{set_name: retail, stages: [{{stage_name: dev, deploy_studio: false}}]}}]
"""
OF_MOTO = {
    "ap-northeast-1": "a=4 c=1 d=2",
    "ap-northeast-2": "a=1 b=2 c=3 d=4",
    "ap-south-1": "a=1 b=3 c=2",
    "ap-southeast-2": "a=1 b=3 c=2",
    "ca-central-1": "a=1 b=2 d=4",
    "eu-central-1": "a=2 b=3 c=1",
    "eu-west-1": "a=3 b=1 c=2",
    "eu-west-2": "a=2 b=3 c=1",
    "us-east-1": "a=6 b=1 c=2 d=4 e=3 f=5",
    "us-east-2": "a=1 b=2 c=3",
    "us-west-1": "a=3 b=1",
    "us-west-2": "a=2 b=1 c=3 d=4",
    "us-gov-west-1": "a=1 b=2 c=3",
}
"""getmoto/moto, moto/ec2/models/availability_zones_and_regions.py: letters and numbers of ids."""
CODES = {
    "ap-northeast-1": "apne1",
    "ap-northeast-2": "apne2",
    "ap-south-1": "aps1",
    "ap-southeast-2": "apse2",
    "ca-central-1": "cac1",
    "eu-central-1": "euc1",
    "eu-west-1": "euw1",
    "eu-west-2": "euw2",
    "us-east-1": "use1",
    "us-east-2": "use2",
    "us-west-1": "usw1",
    "us-west-2": "usw2",
    "us-gov-west-1": "usgw1",
}
"""The same: what their ids begin with."""


def sources(folder: Path, region: str, *zones: str, most: int = 3) -> Sources:
    listed = "\n".join(f"        - {zone}" for zone in zones)
    infra = INFRA.format(zones=listed, most=most)
    if not zones:
        infra = infra.replace("      availability_zones:\n", "")
    (folder / "app.yml").write_text(APP.format(region=region))
    (folder / "infra.yml").write_text(infra)
    return load_sources(folder / "app.yml", folder / "infra.yml")


@pytest.mark.parametrize(
    ("region", "zone", "allowed"),
    [
        ("eu-west-1", "eu-west-1z", "eu-west-1a, eu-west-1b, eu-west-1c"),
        ("eu-west-1", "euw1-az9", "euw1-az1, euw1-az2, euw1-az3"),
        ("eu-west-1", "euw1-az0", "euw1-az1, euw1-az2, euw1-az3"),
        ("eu-west-1", "euw1-az01", "euw1-az1, euw1-az2, euw1-az3"),
        ("us-east-1", "us-east-1h", "us-east-1e, us-east-1f"),
        ("ap-northeast-1", "ap-northeast-1f", "ap-northeast-1c, ap-northeast-1d"),
    ],
)
def test_a_zone_that_a_region_cannot_have_is_refused(
    tmp_path: Path, region: str, zone: str, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        sources(tmp_path, region, zone)
    (problem,) = caught.value.problems
    assert problem.path == "network.default_create_network.availability_zones[0]"
    assert (problem.file.name, problem.line) == ("infra.yml", 6)
    assert f"'{zone}' is no zone of {region}, the region of stage 'dev'" in problem.message
    assert problem.message.endswith(allowed)


@pytest.mark.parametrize("region", OF_MOTO)
def test_the_zones_of_a_region_are_taken_by_name_and_by_id(tmp_path: Path, region: str) -> None:
    zones = [zone.split("=") for zone in OF_MOTO[region].split()]
    assert sources(tmp_path, region, *(f"{region}{letter}" for letter, _ in zones))
    assert sources(tmp_path, region, *(f"{CODES[region]}-az{number}" for _, number in zones))


@pytest.mark.parametrize(
    ("region", "zone"),
    [("eu-west-1", "eu-west-1d"), ("us-east-1", "use1-az7"), ("eu-west-2", "eu-west-2d")],
)
def test_the_next_zone_of_a_region_may_be_there_already(
    tmp_path: Path, region: str, zone: str
) -> None:
    """London has its fourth since August 2026, and Virginia gets its seventh."""
    assert sources(tmp_path, region, zone)


def test_more_zones_than_a_region_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        sources(tmp_path, "eu-west-1", most=6)
    (problem,) = caught.value.problems
    assert problem.path == "network.default_create_network.vpc_max_azs"
    assert problem.line == 4
    assert "6 zones, but accounts have 3 in eu-west-1; set vpc_max_azs: 3" in problem.message
    assert sources(tmp_path, "us-east-1", most=6)


IMPORTED = """\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            import_network:
              vpc_id: vpc-0123456789abcdef0
              subnets: [{subnets}]
              base_security_group: sg-0123456789abcdef0
              vpc_cidr: 10.0.0.0/16
              route_table_ids: [rtb-0123456789abcdef0]
              endpoints: {{{endpoints}: true}}
{named}"""
NAMED = "              endpoint_subnets: [{subnets}]\n"


def imported(
    folder: Path, region: str, subnets: int, endpoints: str = "kms", named: int = 0
) -> Sources:
    def listed(number: int) -> str:
        return ", ".join(f"subnet-{index:017x}" for index in range(number))

    (folder / "app.yml").write_text(APP.format(region=region))
    more = NAMED.format(subnets=listed(named)) if named else ""
    infra = IMPORTED.format(subnets=listed(subnets), endpoints=endpoints, named=more)
    (folder / "infra.yml").write_text(infra)
    return load_sources(folder / "app.yml", folder / "infra.yml")


@pytest.mark.parametrize(
    ("region", "subnets", "named", "key"),
    [("eu-west-1", 5, 0, "subnets"), ("us-east-1", 16, 8, "endpoint_subnets")],
)
def test_an_endpoint_is_in_no_more_subnets_than_its_region_has_zones(
    tmp_path: Path, region: str, subnets: int, named: int, key: str
) -> None:
    """Two of them would be in one zone, which Amazon EC2 refuses: DuplicateSubnetsInSameZone."""
    with pytest.raises(ConfigError) as caught:
        imported(tmp_path, region, subnets, named=named)
    (problem,) = caught.value.problems
    assert problem.path == f"network.deployments[0].stages[0].import_network.{key}"
    assert f"endpoint 'kms' would be in {named or subnets} subnets" in problem.message
    assert problem.message.endswith("name one subnet of each zone in endpoint_subnets")


def test_as_many_subnets_as_zones_are_taken_and_more_where_no_endpoint_is_in_them(
    tmp_path: Path,
) -> None:
    zones = {region: len(row.split()) for region, row in OF_MOTO.items()}
    for region in ("eu-west-1", "us-east-1", "us-west-1"):
        assert imported(tmp_path, region, zones[region])
    assert imported(tmp_path, "eu-west-1", 12, named=3)
    assert imported(tmp_path, "eu-west-1", 12, endpoints="s3")


def test_every_region_of_the_table_is_one_of_aws() -> None:
    assert MOST_ZONES.keys() <= region_partitions().keys()
