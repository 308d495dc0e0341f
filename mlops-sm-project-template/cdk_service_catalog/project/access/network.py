"""How jobs and builds join the private subnets: a service attaches interfaces as their role."""

from typing import Final

from mlops_commons.iam.build_interfaces import (
    RANDOM_IDS,
    JoinedNetwork,
    attach_interfaces,
    builds_join,
)
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.utilities.cloudformation import ref

SUBNET: Final = "arn:*:ec2:*:*:subnet/"
"""The beginning of a subnet's ARN: the delimiter of `Fn::Join` is a text without functions, so
partition, region and account stay open in the condition; the interface's own ARN closes them."""
SUBNET_ARNS: Final = {
    "Fn::Split": [
        ",",
        {"Fn::Join": ["", [SUBNET, {"Fn::Join": [f",{SUBNET}", ref("PrivateSubnetIds")]}]]},
    ]
}
NETWORK: Final = JoinedNetwork(
    subnets=arns("ec2", "subnet/*"),
    subnets_reason="a condition names the private subnets",
    only={"StringEquals": {"ec2:SubnetID": ref("PrivateSubnetIds")}},
    subnet_arns=SUBNET_ARNS,
    security_groups=arns("ec2", "security-group/${SecurityGroupId}"),
    groups_reason="interfaces get random ids; the subnet is the other statement's",
    vpc=arns("ec2", "vpc/${VpcId}")[0],
)
"""The private subnets of dev, by the parameters of a project's template."""


def jobs_join_the_vpc() -> tuple[Statement, ...]:
    """SageMaker attaches a job to subnets with the permissions of the job's role.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles".
    """
    return (
        *attach_interfaces(NETWORK),
        Statement(
            sid="HandInterfacesToSageMaker",
            actions=actions(
                "ec2",
                "CreateNetworkInterfacePermission DeleteNetworkInterface "
                "DeleteNetworkInterfacePermission",
            ),
            resources=arns("ec2", "network-interface/*"),
            reason=RANDOM_IDS,
            condition=NETWORK.inside,
        ),
    )


def builds_join_the_vpc() -> tuple[Statement, ...]:
    """A build runs in the private subnets of dev."""
    return builds_join(NETWORK)
