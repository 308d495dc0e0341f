"""A network that exists already, known by its attributes."""

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint
from mlops_infra.networking.endpoints import (
    EndpointPlacement,
    endpoint_resources,
    switched_on_endpoints,
)
from mlops_infra.networking.props import ImportNetworkProps


class ImportedNetwork(Construct):
    """The attributes of a VPC, and the endpoints that its configuration asks for, no others.

    Exposes `vpc_id`, `vpc_cidr` (empty unless configured), `private_subnet_ids` and
    `security_group_id`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, props: ImportNetworkProps) -> None:
        """Take the attributes over and add endpoints.

        Raises:
            ValueError: if an endpoint is switched on and an attribute that it needs is missing.
        """
        super().__init__(scope, construct_id)
        self.vpc_id = props.vpc_id
        self.vpc_cidr = props.vpc_cidr
        self.private_subnet_ids = [*props.subnets]
        self.security_group_id = props.base_security_group
        endpoints = switched_on_endpoints(props.endpoints)
        for endpoint in endpoints:
            _require_attributes(endpoint, props)
        if endpoints:
            placement = EndpointPlacement(
                vpc_id=props.vpc_id,
                vpc_cidr=props.vpc_cidr,
                subnet_ids=props.subnets,
                route_table_ids=props.route_table_ids,
                region=cdk.Stack.of(self).region,
            )
            IncludedResources(self, "Resources", endpoint_resources(endpoints, placement))


def _require_attributes(endpoint: VpcEndpoint, props: ImportNetworkProps) -> None:
    if endpoint.kind is EndpointKind.GATEWAY and not props.route_table_ids:
        raise ValueError(f"endpoint '{endpoint.key}' needs route_table_ids of {props.vpc_id}")
    if endpoint.kind is EndpointKind.INTERFACE and not props.vpc_cidr:
        raise ValueError(f"endpoint '{endpoint.key}' needs the vpc_cidr of {props.vpc_id}")
