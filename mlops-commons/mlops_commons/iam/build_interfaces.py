"""How builds join subnets: CodeBuild attaches interfaces with the permissions of the build's role.

Source: CodeBuild User Guide, "Using identity-based policies for AWS CodeBuild": Allow CodeBuild
access to AWS services required to create a VPC network interface.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Condition, Statement, actions, arns

RANDOM_IDS: Final = "interfaces get random ids; a condition keeps to those in the VPC"
DESCRIBE_THE_NETWORK: Final = Statement(
    sid="DescribeTheNetwork",
    actions=actions(
        "ec2",
        "DescribeDhcpOptions DescribeNetworkInterfaces DescribeSecurityGroups "
        "DescribeSubnets DescribeVpcs",
    ),
    resources=("*",),
    reason=NO_RESOURCE_LEVEL,
)


@dataclass(frozen=True, kw_only=True)
class JoinedNetwork:
    """Subnets that a workload joins, and with which security groups.

    Attributes:
        subnets: their ARNs; wide ones where `only` narrows them.
        only: a condition on subnets.
        subnets_reason: why there is a wildcard in the ARNs of subnets.
        subnet_arns: their ARNs, as a condition has them.
        security_groups: their ARNs.
        groups_reason: why there is a wildcard beside them.
        vpc: its ARN, as a condition has it.
    """

    subnets: tuple[str, ...]
    subnets_reason: str
    subnet_arns: Any
    security_groups: tuple[str, ...]
    groups_reason: str
    vpc: str
    only: Condition | None = None

    @property
    def inside(self) -> Condition:
        """A condition that keeps to interfaces in the VPC."""
        return {"ArnEquals": {"ec2:Vpc": self.vpc}}


def builds_join(network: JoinedNetwork) -> tuple[Statement, ...]:
    """What the role of a build needs to run in subnets, and in no others."""
    interfaces = arns("ec2", "network-interface/*")
    return (
        *attach_interfaces(network),
        Statement(
            sid="HandInterfacesToCodeBuild",
            actions=("ec2:CreateNetworkInterfacePermission",),
            resources=interfaces,
            reason=RANDOM_IDS,
            condition={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnLike": {"ec2:Subnet": network.subnet_arns},
            },
        ),
        Statement(
            sid="DeleteInterfaces",
            actions=("ec2:DeleteNetworkInterface",),
            resources=interfaces,
            reason=RANDOM_IDS,
            condition=network.inside,
        ),
    )


def attach_interfaces(network: JoinedNetwork) -> Sequence[Statement]:
    """What builds and jobs need alike: interfaces in the subnets, and a look at the network."""
    return (
        Statement(
            sid="AttachToPrivateSubnets",
            actions=("ec2:CreateNetworkInterface",),
            resources=network.subnets,
            reason=network.subnets_reason,
            condition=network.only or {},
        ),
        Statement(
            sid="AttachWithTheSecurityGroup",
            actions=("ec2:CreateNetworkInterface",),
            resources=(*arns("ec2", "network-interface/*"), *network.security_groups),
            reason=network.groups_reason,
        ),
        DESCRIBE_THE_NETWORK,
    )
