"""What a created network contains, in each variant."""

import pytest

from mlops_commons.utilities.cloudformation import DELETED, RETAINED
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind
from mlops_infra.networking.endpoints import endpoint_id
from mlops_infra.networking.props import CreateNetworkProps

pytestmark = pytest.mark.construct

CREATED = ["nat", "three NAT gateways", "no NAT gateway", "endpoints only", "every endpoint"]
OUTSIDE = [
    "AWS::EC2::InternetGateway",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::NatGateway",
    "AWS::EC2::EIP",
    "AWS::EC2::Route",
]


@pytest.mark.parametrize("resource_type", OUTSIDE)
def test_endpoints_only_has_no_way_out(variant, resource_type) -> None:
    assert variant("endpoints only").resources(resource_type) == {}


@pytest.mark.parametrize(
    ("name", "gateways", "routes"),
    [("nat", 1, 3), ("three NAT gateways", 3, 3), ("no NAT gateway", 0, 0)],
)
def test_private_subnets_leave_through_the_nat_gateways(variant, name, gateways, routes) -> None:
    network = variant(name)
    targets = [
        route["NatGatewayId"]["Ref"]
        for route in network.resources("AWS::EC2::Route").values()
        if "NatGatewayId" in route
    ]
    assert len(network.resources("AWS::EC2::NatGateway")) == gateways
    assert (len(targets), len(set(targets))) == (routes, gateways)


def test_more_nat_gateways_than_zones_are_not_made(synthesise) -> None:
    network = synthesise(CreateNetworkProps(max_azs=2, nat_gateways=5), studio=False)
    assert len(network.resources("AWS::EC2::NatGateway")) == 2


@pytest.mark.parametrize("name", CREATED)
def test_a_private_route_table_never_leads_to_an_internet_gateway(variant, name) -> None:
    routes = variant(name).resources("AWS::EC2::Route").values()
    assert {r["RouteTableId"]["Ref"] for r in routes if "GatewayId" in r} <= {"PublicRouteTable"}


@pytest.mark.parametrize("name", CREATED)
def test_no_subnet_assigns_public_addresses(variant, name) -> None:
    subnets = variant(name).resources("AWS::EC2::Subnet").values()
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


def test_dns_switches_and_range_reach_the_vpc(synthesise) -> None:
    props = CreateNetworkProps(
        vpc_cidr="10.9.0.0/16", enable_dns_hostnames=False, enable_dns_support=False, endpoints={}
    )
    (vpc,) = synthesise(props, studio=False).resources("AWS::EC2::VPC").values()
    assert vpc["CidrBlock"] == "10.9.0.0/16"
    assert (vpc["EnableDnsHostnames"], vpc["EnableDnsSupport"]) == (False, False)


@pytest.mark.parametrize("name", CREATED)
def test_all_traffic_is_logged_under_a_key_of_its_own(variant, name) -> None:
    network = variant(name)
    (flow_log,) = network.resources("AWS::EC2::FlowLog").values()
    groups = network.resources("AWS::Logs::LogGroup")
    assert (flow_log["TrafficType"], flow_log["ResourceId"]) == ("ALL", {"Ref": "Vpc"})
    assert flow_log["LogGroupName"]["Ref"] in groups
    for group in groups.values():
        assert group == {"KmsKeyId": {"Fn::GetAtt": ["LogKey", "Arn"]}, "RetentionInDays": 365}
    (key,) = network.resources("AWS::KMS::Key").values()
    assert key["EnableKeyRotation"] is True


def test_only_log_groups_of_this_stack_may_use_the_key(variant) -> None:
    (key,) = variant("nat").resources("AWS::KMS::Key").values()
    service = key["KeyPolicy"]["Statement"][1]
    assert service["Principal"]["Service"] == {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"}
    assert service["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == {
        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
        ":log-group:${AWS::StackName}-*"
    }


def test_only_flow_logs_of_this_account_may_use_the_role(variant) -> None:
    role = variant("nat").resources("AWS::IAM::Role")["FlowLogRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "aws:SourceArn" in trust["Condition"]["ArnLike"]


@pytest.mark.parametrize("name", CREATED)
def test_no_policy_of_a_role_has_a_wildcard(variant, name) -> None:
    for policy in variant(name).resources("AWS::IAM::ManagedPolicy").values():
        assert "*" not in str(policy)


def test_the_default_security_group_is_closed(variant) -> None:
    network = variant("nat")
    (resource,) = network.resources("Custom::ClosedSecurityGroup").values()
    (function,) = network.resources("AWS::Lambda::Function").values()
    assert resource["SecurityGroupId"] == {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}
    assert "revoke_security_group_ingress" in function["Code"]["ZipFile"]
    assert len(function["Code"]["ZipFile"]) <= 4096


def test_workloads_reach_each_other_and_https_only(variant) -> None:
    network = variant("nat")
    group = network.resources("AWS::EC2::SecurityGroup")["WorkloadSecurityGroup"]
    assert "SecurityGroupIngress" not in group
    assert [(r["FromPort"], r["ToPort"]) for r in group["SecurityGroupEgress"]] == [(443, 443)]
    (ingress,) = network.resources("AWS::EC2::SecurityGroupIngress").values()
    assert ingress["SourceSecurityGroupId"] == ingress["GroupId"]


def test_endpoints_answer_https_from_the_vpc_and_call_nobody(variant) -> None:
    group = variant("nat").resources("AWS::EC2::SecurityGroup")["EndpointSecurityGroup"]
    (ingress,) = group["SecurityGroupIngress"]
    (egress,) = group["SecurityGroupEgress"]
    assert (ingress["CidrIp"], ingress["FromPort"], ingress["ToPort"]) == ("10.0.0.0/16", 443, 443)
    assert egress["CidrIp"] == "127.0.0.1/32"


@pytest.mark.parametrize("row", VPC_ENDPOINTS, ids=lambda row: row.key)
def test_every_row_becomes_an_endpoint_in_the_private_subnets(variant, row) -> None:
    endpoint = variant("every endpoint").resources("AWS::EC2::VPCEndpoint")[endpoint_id(row)]
    assert endpoint["ServiceName"] == row.service_name("eu-west-1")
    assert endpoint["VpcEndpointType"] == row.kind
    assert ("PolicyDocument" in endpoint) == bool(row.policy)
    if row.kind is EndpointKind.GATEWAY:
        assert len(endpoint["RouteTableIds"]) == 3
    else:
        assert endpoint["PrivateDnsEnabled"] is row.private_dns
        assert [subnet["Ref"] for subnet in endpoint["SubnetIds"]] == [
            "PrivateSubnet1",
            "PrivateSubnet2",
            "PrivateSubnet3",
        ]


@pytest.mark.parametrize(
    ("removal_policy", "expected"),
    [("RETAIN_ON_UPDATE_OR_DELETE", RETAINED), ("DESTROY", DELETED)],
)
def test_logs_and_their_key_follow_the_removal_policy(synthesise, removal_policy, expected) -> None:
    network = synthesise(CreateNetworkProps(), studio=False, removal_policy=removal_policy)
    stateful = [
        resource
        for resource in network.template["Resources"].values()
        if resource["Type"] in ("AWS::KMS::Key", "AWS::Logs::LogGroup")
    ]
    assert len(stateful) == 3
    for resource in stateful:
        assert resource | expected == resource
