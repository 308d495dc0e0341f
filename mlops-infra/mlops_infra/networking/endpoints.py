"""The VPC endpoints of a network, made from the table."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.egress.statements import (
    Neighbours,
    Place,
    Surroundings,
    endpoint_statements,
)
from mlops_commons.stage import EndpointRules
from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint
from mlops_infra.networking.security_groups import HTTPS_PORT

HERE: Final = Place(partition=cdk.Aws.PARTITION, region=cdk.Aws.REGION, account=cdk.Aws.ACCOUNT_ID)


def add_endpoints(
    scope: Construct,
    rows: Sequence[VpcEndpoint],
    *,
    vpc: ec2.IVpc,
    cidrs: Sequence[str],
    subnets: ec2.SubnetSelection,
    interface_subnets: ec2.SubnetSelection | None = None,
    neighbours: Neighbours,
    rules: EndpointRules,
) -> None:
    """Add endpoints to a VPC, and one security group for all interface endpoints.

    Args:
        scope: owns the security group.
        cidrs: from where interface endpoints may be reached.
        subnets: interface endpoints have an address in each, gateway endpoints a route.
        interface_subnets: others for the addresses of interface endpoints.
        neighbours: accounts that the policies let pass.
        rules: what else they let pass.
    """
    interfaces = [row for row in rows if row.kind is EndpointKind.INTERFACE]
    groups = [_security_group(scope, vpc, cidrs)] if interfaces else []
    region = cdk.Stack.of(scope).region
    surroundings = Surroundings(
        place=HERE, region=region, neighbours=neighbours, rules=rules.endpoint_rules
    )
    for row in rows:
        endpoint: ec2.VpcEndpoint
        if row.kind is EndpointKind.GATEWAY:
            endpoint = vpc.add_gateway_endpoint(
                row.construct_id,
                service=_gateway_service(row.service),
                subnets=[subnets],
            )
        else:
            endpoint = vpc.add_interface_endpoint(
                row.construct_id,
                service=_interface_service(row.service_name(region)),
                private_dns_enabled=row.private_dns,
                security_groups=groups,
                subnets=interface_subnets or subnets,
                # The group has its one rule.
                open=False,
            )
        for statement in _policy(row, surroundings):
            endpoint.add_to_policy(statement)


@cache
def _policy(row: VpcEndpoint, surroundings: Surroundings) -> tuple[iam.PolicyStatement, ...]:
    """Stages with the same surroundings share the objects, which cost a call to node each."""
    documents = endpoint_statements(row, surroundings)
    return tuple(iam.PolicyStatement.from_json(document) for document in documents)


@cache
def _interface_service(name: str) -> ec2.InterfaceVpcEndpointService:
    """A name and nothing of a stage, so one object serves all networks of a region."""
    return ec2.InterfaceVpcEndpointService(name, HTTPS_PORT)


@cache
def _gateway_service(name: str) -> ec2.GatewayVpcEndpointAwsService:
    return ec2.GatewayVpcEndpointAwsService(name)


def _security_group(scope: Construct, vpc: ec2.IVpc, cidrs: Sequence[str]) -> ec2.SecurityGroup:
    """HTTPS in from the VPC, nothing out: an endpoint answers and never calls."""
    group = ec2.SecurityGroup(
        scope,
        "EndpointSecurityGroup",
        vpc=vpc,
        description="Interface endpoints of this stage",
        allow_all_outbound=False,
    )
    for cidr in cidrs:
        group.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(HTTPS_PORT), "HTTPS from the VPC")
    return group
