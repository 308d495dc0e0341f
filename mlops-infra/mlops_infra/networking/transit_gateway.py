"""The way from a created network to the organization's own."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from mlops_commons.subnet_ranges import SubnetGroup


class TransitGatewayAttachment(Construct):
    """The VPC on a transit gateway, with routes of the private subnets to it.

    In subnets of its own, one in each zone (Amazon VPC Transit Gateways Guide, "Transit gateway
    design best practices"). What leads back, and who may be reached, are the organization's tables.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.Vpc,
        transit_gateway_id: str,
        routes: Sequence[str],
    ) -> None:
        """Attach the VPC.

        Args:
            transit_gateway_id: of a gateway that is this account's, or shared with it.
            routes: the ranges that are reached through it.
        """
        super().__init__(scope, construct_id)
        # The type with "Vpc" in its name is replaced when a zone is added.
        attachment = ec2.CfnTransitGatewayAttachment(
            self,
            "Attachment",
            transit_gateway_id=transit_gateway_id,
            vpc_id=vpc.vpc_id,
            subnet_ids=vpc.select_subnets(subnet_group_name=SubnetGroup.TRANSIT).subnet_ids,
        )
        private = vpc.select_subnets(subnet_group_name=SubnetGroup.PRIVATE).subnets
        for zone, subnet in enumerate(private, start=1):
            for number, destination in enumerate(routes, start=1):
                route = ec2.CfnRoute(
                    self,
                    f"Route{zone}x{number}",
                    route_table_id=subnet.route_table.route_table_id,
                    destination_cidr_block=destination,
                    transit_gateway_id=transit_gateway_id,
                )
                # Amazon EC2 refuses a route to a gateway that the VPC is not attached to.
                route.node.add_dependency(attachment)
