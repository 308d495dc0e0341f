"""Central endpoints: a Profile of Route 53 in place of the VPC's own interface endpoints."""

import pytest

from mlops_commons.stage import CentralEndpoints, CreateNetwork, EgressMode, TransitGateway

pytestmark = pytest.mark.construct

PROFILE = "rp-0123456789abcdef"
INSPECTED = {
    "egress": EgressMode.INSPECTION,
    "transit_gateway": TransitGateway(id="tgw-0123456789abcdef0"),
}


def services(network) -> dict[str, str]:
    """Endpoints of the VPC: the last part of the service, and the type."""
    found = network.resources("AWS::EC2::VPCEndpoint").values()
    return {str(row["ServiceName"]).rpartition(".")[2]: row["VpcEndpointType"] for row in found}


@pytest.fixture(scope="module")
def central(synthesise):
    everything = CentralEndpoints(route53_profile_id=PROFILE)
    return synthesise(CreateNetwork(central_endpoints=everything, **INSPECTED))


def test_the_vpc_gets_the_profile_and_keeps_its_gateway_alone(central) -> None:
    vpc, _ = central.only("AWS::EC2::VPC")
    _, association = central.only("AWS::Route53Profiles::ProfileAssociation")
    assert (association["ProfileId"], association["ResourceId"]) == (PROFILE, {"Ref": vpc})
    assert set(services(central).values()) == {"Gateway"}


def test_without_endpoints_there_is_no_group_of_endpoints(central) -> None:
    groups = central.resources("AWS::EC2::SecurityGroup").values()
    assert not [g for g in groups if "endpoints" in g["GroupDescription"].lower()]


def test_what_the_organization_has_not_is_in_the_vpc(synthesise) -> None:
    some = CentralEndpoints(route53_profile_id=PROFILE, endpoints=("kms", "sts"))
    alone = services(synthesise(CreateNetwork()))
    found = services(synthesise(CreateNetwork(central_endpoints=some, **INSPECTED)))
    assert found == {name: kind for name, kind in alone.items() if name not in ("kms", "sts")}


def test_an_endpoint_that_is_switched_off_is_nowhere() -> None:
    everything = CentralEndpoints(route53_profile_id=PROFILE)
    network = CreateNetwork(central_endpoints=everything, endpoints={"kms": False})
    shared = {row.key for row in network.shared_endpoints(studio=True)}
    assert "sts" in shared
    assert "kms" not in shared | {row.key for row in network.own_endpoints(studio=True)}
