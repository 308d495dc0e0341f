"""The examples with a transit gateway pass every check, and none is for show."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from changed_stacks import Change, said, said_after

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.templates import stacks

pytestmark = pytest.mark.app
PROFILE = "AWS::Route53Profiles::ProfileAssociation"
REACHED = "central_endpoints_are_reached"


def _networks(example: str, folder: Path) -> dict[str, Stack]:
    files = (EXAMPLES / example / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    made = dict(stacks(synthesise(*files, folder)))
    return {name: made[f"infra {name}"] for name in ("dev", "preprod", "prod")}


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    return _networks("transit-gateway", tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    return _networks("central-endpoints", tmp_path_factory.mktemp("made"))


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {k: r for k, r in template["Resources"].items() if r["Type"] == kind}


def transit_routes(template: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    routes = of_type(template, "AWS::EC2::Route").items()
    return [row for row in routes if "TransitGatewayId" in row[1]["Properties"]]


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_network_on_a_transit_gateway_passes_every_check(
    networks: dict[str, Stack], stage: str
) -> None:
    assert said(networks[stage]) == []
    assert transit_routes(dict(networks[stage].template))


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_network_with_central_endpoints_passes_every_check(
    central: dict[str, Stack], stage: str
) -> None:
    assert said(central[stage]) == []
    assert of_type(dict(central[stage].template), PROFILE)


def test_central_endpoints_are_reached_from_each_zone(central: dict[str, Stack]) -> None:
    template = copy.deepcopy(dict(central["preprod"].template))
    for name, _ in transit_routes(template):
        template["Resources"].pop(name)
    (association,) = of_type(template, PROFILE).values()
    association["Properties"]["ResourceId"] = "vpc-0123456789abcdef0"
    found = [t for t in said(replace(central["preprod"], template=template)) if REACHED in t]
    assert len(found) == 3
    assert "is not about the VPC of the stage" in found[0]


def _wait_for_nothing(template: dict[str, Any]) -> object:
    return transit_routes(template)[0][1].pop("DependsOn")


def _leave_a_zone(template: dict[str, Any]) -> object:
    (attachment,) = of_type(template, "AWS::EC2::TransitGatewayAttachment").values()
    return attachment["Properties"]["SubnetIds"].pop()


def _lose_a_route(template: dict[str, Any]) -> object:
    return template["Resources"].pop(transit_routes(template)[0][0])


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (_wait_for_nothing, "routes_wait_for_the_transit_gateway"),
        (_leave_a_zone, "every_zone_is_attached"),
        (_lose_a_route, "each_zone_goes_the_same_way"),
    ],
)
def test_each_check_is_needed(networks: dict[str, Stack], change: Change, check: str) -> None:
    found = said_after(change, networks["preprod"])
    assert any(text.startswith(f"{check}: ") for text in found)
