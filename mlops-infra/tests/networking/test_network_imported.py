"""What an imported network adds to a stack: only what is asked for."""

from dataclasses import replace

import pytest

from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind
from mlops_infra.networking.props import ImportNetworkProps

pytestmark = pytest.mark.construct

IMPORTED = ImportNetworkProps(
    vpc_id="vpc-0123456789abcdef0",
    subnets=("subnet-0123456789abcdef0",),
    base_security_group="sg-0123456789abcdef0",
    vpc_cidr="10.1.0.0/16",
    route_table_ids=("rtb-0123456789abcdef0",),
)


def test_an_import_without_switches_adds_only_the_three_parameters(variant) -> None:
    types = [resource["Type"] for resource in variant("import").template["Resources"].values()]
    assert types == ["AWS::SSM::Parameter"] * 3


@pytest.mark.parametrize("row", VPC_ENDPOINTS, ids=lambda row: row.key)
def test_a_switch_adds_its_endpoint_and_what_it_needs(synthesise, row) -> None:
    network = synthesise(replace(IMPORTED, endpoints={row.key: True}))
    (endpoint,) = network.resources("AWS::EC2::VPCEndpoint").values()
    groups = network.resources("AWS::EC2::SecurityGroup")
    assert endpoint["VpcId"] == IMPORTED.vpc_id
    if row.kind is EndpointKind.GATEWAY:
        assert endpoint["RouteTableIds"] == list(IMPORTED.route_table_ids)
        assert not groups
    else:
        assert endpoint["SubnetIds"] == list(IMPORTED.subnets)
        (group,) = groups.values()
        assert group["SecurityGroupIngress"][0]["CidrIp"] == IMPORTED.vpc_cidr


@pytest.mark.parametrize(
    ("key", "missing", "needed"),
    [("kms", {"vpc_cidr": ""}, "vpc_cidr"), ("s3", {"route_table_ids": ()}, "route_table_ids")],
)
def test_an_endpoint_without_what_it_needs_is_refused(synthesise, key, missing, needed) -> None:
    with pytest.raises(ValueError, match=f"endpoint '{key}' needs .*{needed}"):
        synthesise(replace(IMPORTED, endpoints={key: True}, **missing))
