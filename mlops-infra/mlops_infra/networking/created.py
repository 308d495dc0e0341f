"""A network that this stack creates."""

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53profiles as route53profiles
from aws_cdk import aws_route53resolver as route53resolver
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge
from mlops_commons.egress.statements import Neighbours
from mlops_commons.organization import FlowLogArchive
from mlops_commons.stage import CreateNetwork, DnsFirewall, EgressMode
from mlops_commons.subnet_ranges import SubnetGroup, zones_with_room
from mlops_infra.networking.address_ranges import PlannedRanges, SecondaryRanges
from mlops_infra.networking.default_security_group import ClosedDefaultSecurityGroup
from mlops_infra.networking.dns_firewall import DnsRules
from mlops_infra.networking.endpoints import add_endpoints
from mlops_infra.networking.flow_logs import FlowLogs
from mlops_infra.networking.security_groups import MembersSecurityGroup
from mlops_infra.networking.transit_gateway import TransitGatewayAttachment

SUBNET_TYPES: Final = {
    EgressMode.NAT: ec2.SubnetType.PRIVATE_WITH_EGRESS,
    EgressMode.ENDPOINTS_ONLY: ec2.SubnetType.PRIVATE_ISOLATED,
    # The CDK knows of NAT gateways alone; the routes to the transit gateway are ours.
    EgressMode.INSPECTION: ec2.SubnetType.PRIVATE_ISOLATED,
}
"""Of the private subnets."""
PROFILE_ASSOCIATION: Final = "central-endpoints"
"""Its name need not be unique; that of a stack may be longer than the 64 characters it has."""


class CreatedNetwork(Construct):
    """VPC, subnets, egress, endpoints, flow logs and the security group of workloads.

    Exposes `vpc`, `workload_security_group`, `private_subnets` and `private_subnet_ids`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        props: CreateNetwork,
        studio: bool,
        neighbours: Neighbours,
        ports_of_builds: Sequence[int] = (),
        flow_logs: FlowLogArchive | None = None,
        log_key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the network.

        Args:
            studio: whether the stage has Studio, which widens the default set of endpoints.
            neighbours: accounts of the set that endpoint policies let pass.
            ports_of_builds: besides 443, to the organization's proxy and package mirrors.
            flow_logs: the organization's bucket of them; none for a log group.
            log_key: an existing one for the log groups; by default one is made.
            removal_policy: of the log groups and their key.

        Raises:
            ValueError: if the subnets do not fit into the VPC's range.
        """
        super().__init__(scope, construct_id)
        self.vpc = _vpc(self, props)
        self.private_subnets = ec2.SubnetSelection(subnet_group_name=SubnetGroup.PRIVATE)
        self.private_subnet_ids = self.vpc.select_subnets(
            subnet_group_name=SubnetGroup.PRIVATE
        ).subnet_ids
        if props.transit_gateway:
            TransitGatewayAttachment(
                self,
                "TransitGateway",
                vpc=self.vpc,
                transit_gateway_id=props.transit_gateway.id,
                routes=props.transit_routes,
                private_nat_gateways=props.private_nat_gateways,
            )
        for number, rule in enumerate(props.resolver_rule_ids, start=1):
            route53resolver.CfnResolverRuleAssociation(
                self, f"ResolverRule{number}", vpc_id=self.vpc.vpc_id, resolver_rule_id=rule
            )
        if props.central_endpoints:
            route53profiles.CfnProfileAssociation(
                self,
                "CentralEndpoints",
                name=PROFILE_ASSOCIATION,
                profile_id=props.central_endpoints.route53_profile_id,
                resource_id=self.vpc.vpc_id,
            )
        self.workload_security_group = _workload_security_group(self, self.vpc)
        for port in ports_of_builds:
            self.workload_security_group.add_egress_rule(
                ec2.Peer.any_ipv4(),
                ec2.Port.tcp(port),
                "Proxy and package mirrors of the organization, as far as routes lead",
            )
        logs = FlowLogs(
            self,
            "FlowLogs",
            vpc=self.vpc,
            archive=flow_logs,
            key=log_key,
            removal_policy=removal_policy,
        )
        ClosedDefaultSecurityGroup(
            self,
            "ClosedDefaultSecurityGroup",
            vpc=self.vpc,
            log_key=logs.key,
            removal_policy=removal_policy,
        )
        if props.dns_rules is not DnsFirewall.OFF:
            DnsRules(
                self,
                "DnsRules",
                vpc=self.vpc,
                mode=props.dns_rules,
                allowed_domains=props.dns_allowed_domains,
                log_key=logs.key,
                removal_policy=removal_policy,
            )
        add_endpoints(
            self,
            props.own_endpoints(studio=studio),
            vpc=self.vpc,
            cidrs=props.cidrs,
            subnets=self.private_subnets,
            interface_subnets=self._subnets_of_endpoints(props),
            neighbours=neighbours,
            rules=props,
        )

    def _subnets_of_endpoints(self, props: CreateNetwork) -> ec2.SubnetSelection:
        """Those of the first zones: each address of an endpoint is paid by the hour."""
        if props.endpoint_azs >= props.max_azs:
            return self.private_subnets
        every = self.vpc.select_subnets(subnet_group_name=SubnetGroup.PRIVATE).subnets
        return ec2.SubnetSelection(subnets=every[: props.endpoint_azs])


def _vpc(scope: Construct, props: CreateNetwork) -> ec2.Vpc:
    """The VPC; with egress `nat` its internet and NAT gateways, otherwise no way out at all."""
    has_nat = props.egress is EgressMode.NAT
    room = zones_with_room(props)
    if room < props.max_azs:
        raise ValueError(f"{props.vpc_cidr} has room for the subnets of {room} zones only")
    groups = [
        ec2.SubnetConfiguration(
            name=SubnetGroup.PRIVATE,
            subnet_type=SUBNET_TYPES[props.egress],
            cidr_mask=props.private_subnet_cidr_mask,
        )
    ]
    if has_nat:
        groups.append(
            ec2.SubnetConfiguration(
                name=SubnetGroup.PUBLIC,
                subnet_type=ec2.SubnetType.PUBLIC,
                cidr_mask=props.public_subnet_cidr_mask,
                map_public_ip_on_launch=False,
            )
        )
    if props.transit_gateway:
        groups.append(
            ec2.SubnetConfiguration(
                name=SubnetGroup.TRANSIT,
                subnet_type=ec2.SubnetType.PRIVATE_ISOLATED,
                cidr_mask=props.transit_gateway.subnet_cidr_mask,
            )
        )
    stack_name = cdk.Stack.of(scope).stack_name
    vpc = ec2.Vpc(
        scope,
        "Vpc",
        vpc_name=stack_name,
        ip_addresses=PlannedRanges(props),
        enable_dns_hostnames=props.enable_dns_hostnames,
        enable_dns_support=props.enable_dns_support,
        availability_zones=[*props.availability_zones] or None,
        max_azs=None if props.availability_zones else props.max_azs,
        subnet_configuration=groups,
        nat_gateways=props.nat_gateways if has_nat else 0,
        # Closed by a function of ours instead, see ClosedDefaultSecurityGroup.
        restrict_default_security_group=False,
    )
    if props.secondary_cidrs:
        SecondaryRanges(scope, "SecondaryRanges", vpc=vpc, network=props)
    if props.has_zone_ids:
        _place_by_id(vpc)
    _name_subnets(vpc, stack_name, [SubnetGroup(str(group.name)) for group in groups])
    if has_nat:
        _acknowledge_way_out(vpc)
    return vpc


def _place_by_id(vpc: ec2.Vpc) -> None:
    """The CDK knows zones by name alone, and CloudFormation takes either."""
    for subnet in (*vpc.private_subnets, *vpc.isolated_subnets, *vpc.public_subnets):
        resource = subnet.node.default_child
        assert isinstance(resource, ec2.CfnSubnet)
        resource.availability_zone_id = resource.availability_zone
        resource.availability_zone = None


def _name_subnets(vpc: ec2.Vpc, stack_name: str, groups: Sequence[SubnetGroup]) -> None:
    """Subnets and what belongs to them, named by the stack.

    The CDK names them by their path, which differs from app to app.
    """
    for group in groups:
        subnets = vpc.select_subnets(subnet_group_name=group).subnets
        for number, subnet in enumerate(subnets, start=1):
            cdk.Tags.of(subnet).add("Name", f"{stack_name}-{group.lower()}-{number}")


def _acknowledge_way_out(vpc: ec2.Vpc) -> None:
    for subnet in vpc.public_subnets:
        acknowledge(
            subnet.node.find_child("DefaultRoute"),
            "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW",
            reason="the route of a public subnet, which holds only a NAT gateway and assigns no "
            "public addresses; egress 'endpoints-only' removes route and gateway",
        )


def _workload_security_group(scope: Construct, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """The group behind the SSM parameter `/vpc/sg/id`, for jobs, model endpoints and builds.

    Distributed training and processing need all ports among members (SageMaker Developer Guide,
    "Give SageMaker AI Training Jobs Access to Resources in Your Amazon VPC").
    """
    group = MembersSecurityGroup(
        scope,
        "WorkloadSecurityGroup",
        vpc=vpc,
        description="Machine learning workloads of this stage",
        between_members=ec2.Port.all_traffic(),
    )
    acknowledge(
        group.from_members,
        "NIST.800.53.R5-EC2RestrictedCommonPorts",
        reason="the source is the group itself, not an address: the nodes of a distributed "
        "training job talk to each other on ports that they choose",
    )
    return group
