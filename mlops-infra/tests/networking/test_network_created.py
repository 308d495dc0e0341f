"""What a created network contains, in each variant."""

import pytest

from mlops_commons.stage import CreateNetwork
from mlops_commons.utilities.cloudformation import DELETED, RETAINED
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind

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
    network = synthesise(CreateNetwork(max_azs=2, nat_gateways=5), studio=False)
    assert len(network.resources("AWS::EC2::NatGateway")) == 2


@pytest.mark.parametrize("name", CREATED)
def test_a_private_route_table_never_leads_to_an_internet_gateway(variant, name) -> None:
    network = variant(name)
    routes = network.resources("AWS::EC2::Route").values()
    open_tables = {route["RouteTableId"]["Ref"] for route in routes if "GatewayId" in route}
    assert open_tables == set(network.route_tables("Public"))
    assert not open_tables & set(network.route_tables("Private"))


@pytest.mark.parametrize("name", CREATED)
def test_every_private_subnet_reaches_amazon_s3_through_the_gateway(variant, name) -> None:
    network = variant(name)
    (gateway,) = (
        endpoint
        for endpoint in network.resources("AWS::EC2::VPCEndpoint").values()
        if endpoint["VpcEndpointType"] == "Gateway"
    )
    tables = [table["Ref"] for table in gateway["RouteTableIds"]]
    assert tables == network.route_tables("Private")
    assert len(tables) == 3


@pytest.mark.parametrize("name", CREATED)
def test_no_subnet_assigns_public_addresses(variant, name) -> None:
    subnets = variant(name).resources("AWS::EC2::Subnet").values()
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


def test_dns_switches_and_range_reach_the_vpc(synthesise) -> None:
    props = CreateNetwork(
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
    vpc, _ = network.only("AWS::EC2::VPC")
    log_key, key = network.only("AWS::KMS::Key")
    assert (flow_log["TrafficType"], flow_log["ResourceId"]) == ("ALL", {"Ref": vpc})
    assert flow_log["LogGroupName"]["Ref"] in groups
    for group in groups.values():
        assert group == {"KmsKeyId": {"Fn::GetAtt": [log_key, "Arn"]}, "RetentionInDays": 365}
    assert key["EnableKeyRotation"] is True


def test_only_log_groups_of_this_stack_may_use_the_key(variant) -> None:
    _, key = variant("nat").only("AWS::KMS::Key")
    administration, service = key["KeyPolicy"]["Statement"]
    assert administration["Action"] == "kms:*"
    assert "*" not in "".join(service["Action"])
    assert list(service["Principal"]) == ["Service"]
    groups = service["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert groups == "arn:aws:logs:eu-west-1:111111111111:log-group:dev-infra-*"


def test_only_flow_logs_of_this_account_may_use_the_role(variant) -> None:
    network = variant("nat")
    _, flow_log = network.only("AWS::EC2::FlowLog")
    role = network.resources("AWS::IAM::Role")[
        flow_log["DeliverLogsPermissionArn"]["Fn::GetAtt"][0]
    ]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert trust["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:ec2:eu-west-1:111111111111:vpc-flow-log/*"
    }


@pytest.mark.parametrize("name", CREATED)
def test_no_policy_of_a_role_has_a_wildcard(variant, name) -> None:
    network = variant(name)
    policies = network.resources("AWS::IAM::ManagedPolicy")
    assert len(policies) == 2
    assert "*" not in str(policies)
    assert not network.resources("AWS::IAM::Policy")


def test_the_default_security_group_is_closed(variant) -> None:
    network = variant("nat")
    (resource,) = network.resources("Custom::ClosedSecurityGroup").values()
    (function,) = network.resources("AWS::Lambda::Function").values()
    vpc, _ = network.only("AWS::EC2::VPC")
    assert resource["SecurityGroupId"] == {"Fn::GetAtt": [vpc, "DefaultSecurityGroup"]}
    assert "revoke_security_group_ingress" in function["Code"]["ZipFile"]
    assert len(function["Code"]["ZipFile"]) <= 4096


def test_workloads_reach_each_other_and_https_only(variant) -> None:
    network = variant("nat")
    key, group = network.described("Machine learning workloads of this stage")
    assert "SecurityGroupIngress" not in group
    assert [(r["FromPort"], r["ToPort"]) for r in group["SecurityGroupEgress"]] == [(443, 443)]
    for way, peer in (("Ingress", "Source"), ("Egress", "Destination")):
        _, rule = network.only(f"AWS::EC2::SecurityGroup{way}")
        itself = {"Fn::GetAtt": [key, "GroupId"]}
        assert (rule["GroupId"], rule[f"{peer}SecurityGroupId"]) == (itself, itself)
        assert rule["IpProtocol"] == "-1"


@pytest.mark.parametrize("name", CREATED)
def test_a_workload_reaches_every_interface_endpoint_over_https(variant, name) -> None:
    network = variant(name)
    _, workloads = network.described("Machine learning workloads of this stage")
    (out,) = workloads["SecurityGroupEgress"]
    assert (out["CidrIp"], out["FromPort"]) == ("0.0.0.0/0", 443)
    for endpoint in network.resources("AWS::EC2::VPCEndpoint").values():
        if endpoint["VpcEndpointType"] == "Interface":
            ((group, _),) = (entry["Fn::GetAtt"] for entry in endpoint["SecurityGroupIds"])
            (ingress,) = network.resources("AWS::EC2::SecurityGroup")[group]["SecurityGroupIngress"]
            assert (ingress["CidrIp"], ingress["FromPort"]) == ("10.0.0.0/16", 443)
            assert [s["Ref"] for s in endpoint["SubnetIds"]] == [*network.subnets("Private")][:2]


def test_endpoints_answer_https_from_the_vpc_and_call_nobody(variant) -> None:
    _, group = variant("nat").described("Interface endpoints of this stage")
    (ingress,) = group["SecurityGroupIngress"]
    (egress,) = group["SecurityGroupEgress"]
    assert (ingress["CidrIp"], ingress["FromPort"], ingress["ToPort"]) == ("10.0.0.0/16", 443, 443)
    # One address that nobody has, and a kind of message that does not exist.
    assert (egress["CidrIp"], egress["IpProtocol"]) == ("255.255.255.255/32", "icmp")


@pytest.mark.parametrize("row", VPC_ENDPOINTS, ids=lambda row: row.key)
def test_every_row_becomes_an_endpoint_in_the_private_subnets(variant, row) -> None:
    network = variant("every endpoint")
    (endpoint,) = (
        properties
        for properties in network.resources("AWS::EC2::VPCEndpoint").values()
        if service_of(properties) == row.service_name("eu-west-1")
    )
    assert endpoint["VpcEndpointType"] == row.kind
    assert ("PolicyDocument" in endpoint) == bool(row.policy)
    if row.kind is EndpointKind.GATEWAY:
        assert [table["Ref"] for table in endpoint["RouteTableIds"]] == network.route_tables(
            "Private"
        )
    else:
        assert endpoint["PrivateDnsEnabled"] is row.private_dns
        # Two zones of three: each address is paid by the hour.
        assert [s["Ref"] for s in endpoint["SubnetIds"]] == [*network.subnets("Private")][:2]


def service_of(endpoint) -> str:
    name = endpoint["ServiceName"]
    if isinstance(name, str):
        return name
    _, parts = name["Fn::Join"]
    return "".join("eu-west-1" if part == {"Ref": "AWS::Region"} else part for part in parts)


@pytest.mark.parametrize(
    ("removal_policy", "expected"),
    [("RETAIN_ON_UPDATE_OR_DELETE", RETAINED), ("DESTROY", DELETED)],
)
def test_logs_and_their_key_follow_the_removal_policy(synthesise, removal_policy, expected) -> None:
    network = synthesise(CreateNetwork(), studio=False, removal_policy=removal_policy)
    stateful = [
        resource
        for resource in network.template["Resources"].values()
        if resource["Type"] in ("AWS::KMS::Key", "AWS::Logs::LogGroup")
    ]
    assert len(stateful) == 3
    for resource in stateful:
        assert resource | expected == resource


def test_two_networks_have_room_in_one_stack(synthesise) -> None:
    def second(stack, first) -> None:
        import aws_cdk as cdk

        from mlops_commons.egress.statements import Neighbours
        from mlops_infra.networking.created import CreatedNetwork

        CreatedNetwork(
            stack,
            "Second",
            props=CreateNetwork(vpc_cidr="10.7.0.0/16", max_azs=2),
            studio=False,
            neighbours=Neighbours(),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    network = synthesise(CreateNetwork(), with_network=second)
    ranges = {vpc["CidrBlock"] for vpc in network.resources("AWS::EC2::VPC").values()}
    assert ranges == {"10.0.0.0/16", "10.7.0.0/16"}
    assert len(network.resources("Custom::ClosedSecurityGroup")) == 2
    assert len(network.resources("AWS::EC2::FlowLog")) == 2


def test_a_database_and_a_function_can_be_attached_to_the_network(synthesise) -> None:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_rds as rds

    def attach(stack, network) -> None:
        database = rds.DatabaseCluster(
            stack,
            "Database",
            engine=rds.DatabaseClusterEngine.aurora_postgres(
                version=rds.AuroraPostgresEngineVersion.VER_16_4
            ),
            writer=rds.ClusterInstance.serverless_v2("Writer"),
            vpc=network.vpc,
            vpc_subnets=network.private_subnets,
        )
        lambda_.Function(
            stack,
            "Asks",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            vpc=network.vpc,
            vpc_subnets=network.private_subnets,
            security_groups=[network.workload_security_group],
        )
        database.connections.allow_default_port_from(network.workload_security_group)

    network = synthesise(CreateNetwork(), studio=False, with_network=attach, rules=False)
    private = [{"Ref": key} for key in network.subnets("Private")]
    _, subnets = network.only("AWS::RDS::DBSubnetGroup")
    assert subnets["SubnetIds"] == private
    workloads, _ = network.described("Machine learning workloads of this stage")
    (function,) = (
        function
        for function in network.resources("AWS::Lambda::Function").values()
        if "VpcConfig" in function
    )
    assert function["VpcConfig"]["SubnetIds"] == private
    assert function["VpcConfig"]["SecurityGroupIds"] == [{"Fn::GetAtt": [workloads, "GroupId"]}]
