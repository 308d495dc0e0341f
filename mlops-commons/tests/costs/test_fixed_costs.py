"""Fixed costs are counts by hours by prices, grow with what they count, and forget no type."""

from collections import Counter
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.config import load_config
from mlops_commons.costs.cases import SHIPPED, load_cases
from mlops_commons.costs.fixed import accounts, fixed_of
from mlops_commons.costs.networks import difference, network_of, networks_of
from mlops_commons.costs.prices import load_prices
from mlops_commons.costs.report import GROUPS, report
from mlops_commons.costs.resources import BY_USE, FREE, HOURLY
from mlops_commons.stage import CreateNetwork
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.vpc_endpoints import VPC_ENDPOINT_KEYS

pytestmark = pytest.mark.pure

PRICES = load_prices()
HOURS = 730
EXAMPLES = REPOSITORY_ROOT / "examples"
NETWORKS: Final = {
    "behind-a-proxy": 430.70,
    "central-endpoints": 254.04,
    "endpoints-only": 321.20,
    "github-connection": 437.27,
    "imported-network": 16.06,
    "organisation": 437.27,
    "own-stages": 1048.28,
    "s3-source": 437.27,
    "sample": 437.27,
    "secondary-ranges": 609.55,
    "separate-projects": 437.27,
    "single-account": 437.27,
    "transit-gateway": 469.39,
    "two-regions": 787.67,
    "two-sets": 874.54,
    "two-stages": 613.93,
}
"""US dollars a month, worked out by hand: endpoints * zones * 730 h * $0.011, and for each NAT
gateway 730 h * ($0.048 + $0.005). The sample: 14 + 3 + 3 endpoints in two zones, and three NATs. An
attachment to a transit gateway: 730 h * $0.05. A private NAT gateway: 730 h * $0.048."""


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def network(endpoints: int, zones: int, gateways: int) -> dict[str, Any]:
    subnets = [f"subnet-{number}" for number in range(zones)]
    made = {
        f"Endpoint{n}": resource(
            "AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=subnets
        )
        for n in range(endpoints)
    }
    made |= {f"Nat{n}": resource("AWS::EC2::NatGateway") for n in range(gateways)}
    made |= {f"Ip{n}": resource("AWS::EC2::EIP") for n in range(gateways)}
    made["S3"] = resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway")
    return {"Resources": made}


SMALL = st.integers(min_value=0, max_value=6)


@given(endpoints=SMALL, zones=st.integers(1, 6), gateways=SMALL)
def test_endpoints_are_types_by_zones_by_hours_and_gateway_endpoints_are_free(
    endpoints: int, zones: int, gateways: int
) -> None:
    found = fixed_of(network(endpoints, zones, gateways))
    expected = endpoints * zones * HOURS * 0.011 + gateways * HOURS * (0.048 + 0.005)
    assert found.usd(PRICES) == pytest.approx(expected)
    assert not found.unknown


@given(
    endpoints=st.sets(st.sampled_from(VPC_ENDPOINT_KEYS)),
    zones=st.integers(1, 5),
    addresses=st.integers(1, 5),
    gateways=st.integers(0, 5),
    studio=st.booleans(),
    more=st.sampled_from(["max_azs", "endpoint_azs", "nat_gateways", "endpoint", "studio"]),
)
def test_more_of_anything_never_costs_less(
    endpoints: set[str], zones: int, addresses: int, gateways: int, studio: bool, more: str
) -> None:
    switches = {key: key in endpoints for key in VPC_ENDPOINT_KEYS}
    before = CreateNetwork(
        max_azs=zones, endpoint_azs=addresses, nat_gateways=gateways, endpoints=switches
    )
    if more == "endpoint":
        after = replace(before, endpoints={**switches, "kms": True, "ecr": True})
    elif more == "studio":
        after = before
    else:
        after = replace(before, **{more: getattr(before, more) + 1})
    costs = [
        network_of(n, studio=s).usd(PRICES)
        for n, s in ((before, studio), (after, studio or more == "studio"))
    ]
    assert costs[0] <= costs[1]
    if more == "nat_gateways":
        assert costs[1] - costs[0] == pytest.approx(HOURS * 0.053)


@given(sets=st.integers(1, 5))
def test_every_set_costs_the_same_again(sets: int) -> None:
    stacks = [
        StackTemplate(
            summary=StackSummary(role="dev", account=f"{n:012}", region="eu-west-1", stack="s"),
            template=network(2, 2, 1),
        )
        for n in range(sets)
    ]
    one = fixed_of(network(2, 2, 1)).usd(PRICES)
    found = accounts(stacks)
    assert len(found) == sets
    assert sum(account.fixed.usd(PRICES) for account in found) == pytest.approx(sets * one)


@pytest.mark.parametrize(("example", "usd"), NETWORKS.items())
def test_the_networks_of_each_example_cost_what_was_worked_out(example: str, usd: float) -> None:
    folder = EXAMPLES / example
    config = load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    assert networks_of(config).usd(PRICES) == pytest.approx(usd, abs=0.005)


def test_no_example_is_without_a_figure() -> None:
    assert {file.parent.name for file in EXAMPLES.glob("*/cdk-app.yml")} == set(NETWORKS)


def test_a_type_that_no_list_knows_is_named_and_not_free() -> None:
    found = fixed_of({"Resources": {"A": resource("AWS::New::Thing"), "B": resource("Custom::X")}})
    assert found.unknown == Counter({"AWS::New::Thing": 1})
    assert found.usd(PRICES) == 0


def test_a_type_is_in_one_list_and_each_price_of_a_resource_in_a_column() -> None:
    assert not set(HOURLY) & set(BY_USE)
    assert not FREE & {*HOURLY, *BY_USE}
    assert set(BY_USE.values()) <= set(PRICES.rows)
    columns = {name for names in GROUPS.values() for name in names}
    properties = {"VpcEndpointType": "Interface", "SubnetIds": ["s"], "Domains": ["d"]}
    assert {name for cost in HOURLY.values() for name in cost(properties)} == columns


def test_the_cases_shipped_cost_more_and_more() -> None:
    cases = load_cases(SHIPPED, PRICES.rows)
    costs = [case.usd(PRICES) for case in cases]
    assert [case.name for case in cases] == ["idle", "one team", "busy"]
    assert costs == sorted(costs)
    assert costs[0] < 5
    found = report([], PRICES, cases, sets=3)
    assert found.total(cases[1]) == pytest.approx(3 * costs[1])


def test_a_publication_names_what_it_changes_and_says_nothing_of_nothing() -> None:
    folder = EXAMPLES / "sample"
    cheap = load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    (set_name,) = [d.set_name for d in cheap.enabled_deployments]
    folder = EXAMPLES / "endpoints-only"
    other = load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    assert difference(cheap, cheap, set_name, PRICES) == ""
    assert difference(cheap, None, set_name, PRICES) == ""
    said = difference(cheap, other, set_name, PRICES)
    assert "$116.07 a month more" in said
    assert "$437.27 instead of $321.20" in said
