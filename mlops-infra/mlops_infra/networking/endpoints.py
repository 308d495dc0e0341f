"""The VPC endpoints of a network, as plain resources made from the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_commons.utilities.cloudformation import Resource, Resources, attribute
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind, EndpointScope, VpcEndpoint
from mlops_infra.networking.endpoint_policies import endpoint_policy
from mlops_infra.networking.security_groups import (
    ENDPOINT_SECURITY_GROUP,
    endpoint_security_group,
)


@dataclass(frozen=True, kw_only=True)
class EndpointPlacement:
    """Where endpoints go; ids are texts or references to resources.

    Attributes:
        subnet_ids: the private subnets, for interface endpoints.
        route_table_ids: those of the private subnets, for gateway endpoints.
    """

    vpc_id: object
    vpc_cidr: str
    subnet_ids: Sequence[object]
    route_table_ids: Sequence[object]
    region: str


def selected_endpoints(switches: Mapping[str, bool], *, studio: bool) -> tuple[VpcEndpoint, ...]:
    """The rows that a created network gets: its switch decides, and where absent its scope."""
    scopes = {EndpointScope.ALL, EndpointScope.STUDIO} if studio else {EndpointScope.ALL}
    return tuple(row for row in VPC_ENDPOINTS if switches.get(row.key, row.scope in scopes))


def switched_on_endpoints(switches: Mapping[str, bool]) -> tuple[VpcEndpoint, ...]:
    """The rows that an imported network gets: only those that are asked for."""
    return tuple(row for row in VPC_ENDPOINTS if switches.get(row.key, False))


def endpoint_id(endpoint: VpcEndpoint) -> str:
    """The logical id of an endpoint: `ecr_docker` gives `EcrDockerEndpoint`."""
    return "".join(word.capitalize() for word in endpoint.key.split("_")) + "Endpoint"


def endpoint_resources(endpoints: Sequence[VpcEndpoint], placement: EndpointPlacement) -> Resources:
    """The endpoints, and one security group for all interface endpoints."""
    resources: Resources = {}
    if any(endpoint.kind is EndpointKind.INTERFACE for endpoint in endpoints):
        resources |= endpoint_security_group(placement.vpc_id, placement.vpc_cidr)
    for endpoint in endpoints:
        resources[endpoint_id(endpoint)] = _endpoint(endpoint, placement)
    return resources


def _endpoint(endpoint: VpcEndpoint, placement: EndpointPlacement) -> Resource:
    properties: dict[str, Any] = {
        "VpcId": placement.vpc_id,
        "ServiceName": endpoint.service_name(placement.region),
        "VpcEndpointType": endpoint.kind,
    }
    if endpoint.kind is EndpointKind.GATEWAY:
        properties["RouteTableIds"] = [*placement.route_table_ids]
    else:
        properties["SubnetIds"] = [*placement.subnet_ids]
        properties["SecurityGroupIds"] = [attribute(ENDPOINT_SECURITY_GROUP, "GroupId")]
        properties["PrivateDnsEnabled"] = endpoint.private_dns
    if policy := endpoint_policy(endpoint):
        properties["PolicyDocument"] = policy
    return {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}
