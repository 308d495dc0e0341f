"""What an imported network adds to a stack: only what is asked for."""

from dataclasses import replace

import pytest

from mlops_commons.stage import ImportNetwork
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind

pytestmark = pytest.mark.construct

IMPORTED = ImportNetwork(
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


def test_each_range_of_the_vpc_reaches_its_interface_endpoints(synthesise) -> None:
    further = ("100.64.0.0/16", "10.9.0.0/24")
    network = synthesise(replace(IMPORTED, secondary_cidrs=further, endpoints={"kms": True}))
    _, group = network.only("AWS::EC2::SecurityGroup")
    ranges = [rule["CidrIp"] for rule in group["SecurityGroupIngress"]]
    assert ranges == [IMPORTED.vpc_cidr, *further]


@pytest.mark.parametrize(
    ("key", "missing", "needed"),
    [("kms", {"vpc_cidr": ""}, "vpc_cidr"), ("s3", {"route_table_ids": ()}, "route_table_ids")],
)
def test_an_endpoint_without_what_it_needs_is_refused(synthesise, key, missing, needed) -> None:
    with pytest.raises(ValueError, match=f"endpoint '{key}' needs .*{needed}"):
        synthesise(replace(IMPORTED, endpoints={key: True}, **missing))


def test_each_subnet_has_an_interface_of_each_endpoint(synthesise) -> None:
    subnets = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
    network = synthesise(replace(IMPORTED, subnets=subnets, endpoints={"kms": True}))
    _, endpoint = network.only("AWS::EC2::VPCEndpoint")
    assert endpoint["SubnetIds"] == list(subnets)


def test_interface_endpoints_use_the_subnets_that_are_named_for_them(synthesise) -> None:
    """Amazon EC2 takes one subnet of a zone: DuplicateSubnetsInSameZone otherwise."""
    subnets = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2")
    props = replace(
        IMPORTED,
        subnets=subnets,
        endpoint_subnets=("subnet-0123456789abcdef2", "subnet-0fedcba987654321f"),
        endpoints={"kms": True, "s3": True},
    )
    network = synthesise(props)
    endpoints = network.resources("AWS::EC2::VPCEndpoint").values()
    (kms,) = (e for e in endpoints if "SubnetIds" in e)
    assert kms["SubnetIds"] == list(props.endpoint_subnets)
    (s3,) = (e for e in endpoints if "RouteTableIds" in e)
    assert s3["RouteTableIds"] == list(IMPORTED.route_table_ids)
    named = network.resources("AWS::SSM::Parameter").values()
    assert ",".join(subnets) in [parameter["Value"] for parameter in named]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [(("rtb-a",), ["rtb-a"]), (("rtb-a", "rtb-b"), ["rtb-a", "rtb-b"])],
)
def test_one_route_table_serves_all_subnets_or_each_its_own(synthesise, tables, expected) -> None:
    subnets = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
    props = replace(IMPORTED, subnets=subnets, route_table_ids=tables, endpoints={"s3": True})
    _, endpoint = synthesise(props).only("AWS::EC2::VPCEndpoint")
    assert endpoint["RouteTableIds"] == expected


def test_a_function_can_be_attached_to_an_imported_network(synthesise) -> None:
    from aws_cdk import aws_lambda as lambda_

    def attach(stack, network) -> None:
        lambda_.Function(
            stack,
            "Function",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            vpc=network.vpc,
            vpc_subnets=network.private_subnets,
            security_groups=[network.workload_security_group],
        )

    network = synthesise(IMPORTED, with_network=attach, rules=False)
    _, function = network.only("AWS::Lambda::Function")
    assert function["VpcConfig"] == {
        "SubnetIds": list(IMPORTED.subnets),
        "SecurityGroupIds": [IMPORTED.base_security_group],
    }


def test_the_zone_of_an_imported_subnet_cannot_be_named(synthesise) -> None:
    import aws_cdk as cdk

    def name_zone(stack, network) -> None:
        cdk.CfnOutput(stack, "Zone", value=network.vpc.availability_zones[0])

    with pytest.raises(Exception, match="zone of the imported subnet subnet-0123456789abcdef0"):
        synthesise(IMPORTED, with_network=name_zone)
