"""Where the subnets of a created VPC lie, for the CDK, and the further ranges of the VPC."""

from ipaddress import IPv4Network

import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from mlops_commons.stage import CreateNetwork
from mlops_commons.subnet_ranges import SubnetGroup, subnet_ranges


@jsii.implements(ec2.IIpAddresses)
class PlannedRanges:
    """The ranges of `subnet_ranges`, so that one arithmetic serves checks and templates."""

    def __init__(self, network: CreateNetwork) -> None:
        self._network = network

    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        """The primary range."""
        return ec2.VpcIpamOptions(cidr_block=self._network.vpc_cidr)

    def allocate_subnets_cidr(self, *_request: object, **_named: object) -> ec2.SubnetIpamOptions:
        """The range of each subnet; the CDK asks for one group after the other, as they are here.

        jsii hands the request over by position, and declares it by name.
        """
        places = subnet_ranges(self._network)
        return ec2.SubnetIpamOptions(
            allocated_subnets=[ec2.AllocatedSubnet(cidr=str(place.cidr)) for place in places]
        )


class SecondaryRanges(Construct):
    """Further ranges of a VPC, and the private subnets in them, which wait for their range.

    An association has the name of its range, so that another order replaces nothing.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.Vpc, network: CreateNetwork
    ) -> None:
        super().__init__(scope, construct_id)
        subnets = vpc.select_subnets(subnet_group_name=SubnetGroup.PRIVATE).subnets
        private = [p for p in subnet_ranges(network) if p.group is SubnetGroup.PRIVATE]
        for cidr in network.secondary_cidrs:
            association = ec2.CfnVPCCidrBlock(
                self, cidr.replace("/", "x"), vpc_id=vpc.vpc_id, cidr_block=cidr
            )
            for place, subnet in zip(private, subnets, strict=True):
                if place.cidr.subnet_of(IPv4Network(cidr)):
                    resource = subnet.node.default_child
                    assert resource
                    resource.node.add_dependency(association)
