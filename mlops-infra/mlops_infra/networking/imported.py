"""A network that exists already, known by its attributes."""

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from mlops_commons.egress.statements import Neighbours
from mlops_commons.stage import ImportNetwork
from mlops_commons.subnet_ranges import SubnetGroup
from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint
from mlops_infra.networking.endpoints import add_endpoints


class ImportedNetwork(Construct):
    """The attributes of a VPC, and the endpoints that its configuration switches on, no others.

    Exposes `vpc`, `workload_security_group`, `private_subnets` and `private_subnet_ids`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, props: ImportNetwork, neighbours: Neighbours
    ) -> None:
        """Take the attributes over and add endpoints.

        Args:
            neighbours: accounts of the set that endpoint policies let pass.

        Raises:
            ValueError: if an endpoint is switched on and an attribute that it needs is missing.
        """
        super().__init__(scope, construct_id)
        endpoints = props.used_endpoints(studio=False)
        for endpoint in endpoints:
            _require_attributes(endpoint, props)
        self.private_subnet_ids = [*props.subnets]
        self.private_subnets = ec2.SubnetSelection(subnet_group_name=SubnetGroup.PRIVATE)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=props.vpc_id,
            vpc_cidr_block=props.vpc_cidr or None,
            availability_zones=[_unknown_zone(subnet) for subnet in props.subnets],
            private_subnet_ids=self.private_subnet_ids,
            private_subnet_names=[SubnetGroup.PRIVATE],
            private_subnet_route_table_ids=_route_tables(props) or None,
        )
        self.workload_security_group = ec2.SecurityGroup.from_security_group_id(
            self,
            "WorkloadSecurityGroup",
            props.base_security_group,
            # Its owner decides what is open; a rule from here would go unseen there.
            mutable=False,
        )
        if not props.route_table_ids:
            cdk.Annotations.of(self).acknowledge_warning(
                "@aws-cdk/aws-ec2:noSubnetRouteTableId",
                "nothing in this stack adds routes to subnets that it does not own",
            )
        add_endpoints(
            self,
            endpoints,
            vpc=self.vpc,
            cidrs=props.cidrs,
            subnets=self.private_subnets,
            interface_subnets=_endpoint_subnets(self, props) if props.endpoint_subnets else None,
            neighbours=neighbours,
            rules=props,
        )


@jsii.implements(cdk.IStableStringProducer)
class UnknownZone:
    """A zone that fails the synthesis as soon as a template is to name it."""

    def __init__(self, subnet_id: str) -> None:
        self._subnet_id = subnet_id

    def produce(self) -> str:
        """Never a zone.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"the zone of the imported subnet {self._subnet_id} is not known: place by subnet"
        )


def _unknown_zone(subnet_id: str) -> str:
    """A text of its own for each subnet, because constructs compare zones."""
    return cdk.Lazy.string(UnknownZone(subnet_id))


def _endpoint_subnets(scope: Construct, props: ImportNetwork) -> ec2.SubnetSelection:
    """Those that the configuration names for endpoints, whatever zones they are in."""
    return ec2.SubnetSelection(
        subnets=[
            ec2.Subnet.from_subnet_attributes(
                scope,
                f"EndpointSubnet{number}",
                subnet_id=subnet,
                availability_zone=_unknown_zone(subnet),
            )
            for number, subnet in enumerate(props.endpoint_subnets, start=1)
        ]
    )


def _route_tables(props: ImportNetwork) -> list[str]:
    """The table of each subnet: one for all, or one for each in their order."""
    tables = [*props.route_table_ids]
    return tables * len(props.subnets) if len(tables) == 1 else tables


def _require_attributes(endpoint: VpcEndpoint, props: ImportNetwork) -> None:
    if endpoint.kind is EndpointKind.GATEWAY and not props.route_table_ids:
        raise ValueError(f"endpoint '{endpoint.key}' needs route_table_ids of {props.vpc_id}")
    if endpoint.kind is EndpointKind.INTERFACE and not props.cidrs:
        raise ValueError(f"endpoint '{endpoint.key}' needs the vpc_cidr of {props.vpc_id}")
