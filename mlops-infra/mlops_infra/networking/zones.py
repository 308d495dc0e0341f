"""Availability zones without a lookup."""

import builtins
from functools import cache

import aws_cdk as cdk
import jsii

from mlops_commons.subnet_ranges import MOST_ZONES


class ZonesByPosition(cdk.Stack):
    """A stack whose availability zones are the first ones of its region, by position.

    A stack with account and region otherwise has the CDK CLI look zones up in the account, for
    any `ec2.Vpc` in it, even one with zones of its own. CloudFormation picks them at deployment.
    """

    @builtins.property
    @jsii.member(jsii_name="availabilityZones")
    def availability_zones(self) -> list[str]:
        """As many positions as a VPC may have zones."""
        return [*_zones()]


@cache
def _zones() -> tuple[str, ...]:
    """References that resolve alike in every stack."""
    zones = cdk.Fn.get_azs()
    return tuple(cdk.Fn.select(position, zones) for position in range(MOST_ZONES))
