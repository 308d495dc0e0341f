"""The way from a created network to the organization's own."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from mlops_commons.subnet_ranges import SubnetGroup


class TransitGatewayAttachment(Construct):
    """The VPC on a transit gateway, with routes of the private subnets to it.

    In subnets of its own, one in each zone (Amazon VPC Transit Gateways Guide, "Transit gateway
    design best practices"). What leads back, and who may be reached, are the organization's tables.

    Addresses that the organization does not route never reach it: private NAT gateways in those
    subnets give their own in their place (Amazon VPC User Guide, "NAT gateway use cases", "Enable
    communication between overlapping networks").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.Vpc,
        transit_gateway_id: str,
        routes: Sequence[str],
        private_nat_gateways: int = 0,
    ) -> None:
        """Attach the VPC.

        Args:
            transit_gateway_id: of a gateway that is this account's, or shared with it.
            routes: the ranges that are reached through it.
            private_nat_gateways: in how many zones one translates; none sends addresses as they
                are.
        """
        super().__init__(scope, construct_id)
        self._routes = routes
        self._transit_gateway_id = transit_gateway_id
        transit = vpc.select_subnets(subnet_group_name=SubnetGroup.TRANSIT)
        # The type with "Vpc" in its name is replaced when a zone is added.
        self._attachment = ec2.CfnTransitGatewayAttachment(
            self,
            "Attachment",
            transit_gateway_id=transit_gateway_id,
            vpc_id=vpc.vpc_id,
            subnet_ids=transit.subnet_ids,
        )
        gateways = [
            self._private_nat_gateway(zone, subnet)
            for zone, subnet in enumerate(transit.subnets[:private_nat_gateways], start=1)
        ]
        private = vpc.select_subnets(subnet_group_name=SubnetGroup.PRIVATE).subnets
        for zone, subnet in enumerate(private, start=1):
            nat = gateways[(zone - 1) % len(gateways)] if gateways else None
            self._lead(f"Route{zone}", subnet, nat)

    def _private_nat_gateway(self, zone: int, subnet: ec2.ISubnet) -> ec2.CfnNatGateway:
        """One in a subnet, from where the routes lead on before anything is sent to it."""
        assert isinstance(subnet, Construct)
        gateway = ec2.CfnNatGateway(
            subnet, "NATGateway", connectivity_type="private", subnet_id=subnet.subnet_id
        )
        gateway.node.add_dependency(subnet.node.find_child("RouteTableAssociation"))
        gateway.node.add_dependency(*self._lead(f"TransitRoute{zone}", subnet))
        return gateway

    def _lead(
        self, name: str, subnet: ec2.ISubnet, nat: ec2.CfnNatGateway | None = None
    ) -> list[ec2.CfnRoute]:
        """Routes of a subnet to what is behind the transit gateway."""
        made = []
        for number, destination in enumerate(self._routes, start=1):
            route = ec2.CfnRoute(
                self,
                f"{name}x{number}",
                route_table_id=subnet.route_table.route_table_id,
                destination_cidr_block=destination,
                nat_gateway_id=nat.ref if nat else None,
                transit_gateway_id=None if nat else self._transit_gateway_id,
            )
            if nat is None:
                # Amazon EC2 refuses a route to a gateway that the VPC is not attached to.
                route.node.add_dependency(self._attachment)
            made.append(route)
        return made
