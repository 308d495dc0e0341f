"""How jobs and builds join the private subnets: a service attaches interfaces as their role."""

from typing import Final

from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.utilities.cloudformation import ref

RANDOM_IDS: Final = "interfaces get random ids; a condition keeps to those in the VPC"
SUBNET: Final = "arn:*:ec2:*:*:subnet/"
"""The beginning of a subnet's ARN: the delimiter of `Fn::Join` is a text without functions, so
partition, region and account stay open in the condition; the interface's own ARN closes them."""
SUBNET_ARNS: Final = {
    "Fn::Split": [
        ",",
        {"Fn::Join": ["", [SUBNET, {"Fn::Join": [f",{SUBNET}", ref("PrivateSubnetIds")]}]]},
    ]
}


def jobs_join_the_vpc() -> tuple[Statement, ...]:
    """SageMaker attaches a job to subnets with the permissions of the job's role.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles".
    """
    return (
        *_attach_interfaces(),
        Statement(
            sid="HandInterfacesToSageMaker",
            actions=actions(
                "ec2",
                "CreateNetworkInterfacePermission DeleteNetworkInterface "
                "DeleteNetworkInterfacePermission",
            ),
            resources=arns("ec2", "network-interface/*"),
            reason=RANDOM_IDS,
            condition=_in_the_vpc(),
        ),
    )


def builds_join_the_vpc() -> tuple[Statement, ...]:
    """CodeBuild attaches a build to subnets with the permissions of the build's role.

    Source: CodeBuild User Guide, "Using identity-based policies for AWS CodeBuild": Allow CodeBuild
    access to AWS services required to create a VPC network interface.
    """
    return (
        *_attach_interfaces(),
        Statement(
            sid="HandInterfacesToCodeBuild",
            actions=("ec2:CreateNetworkInterfacePermission",),
            resources=arns("ec2", "network-interface/*"),
            reason=RANDOM_IDS,
            condition={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnLike": {"ec2:Subnet": SUBNET_ARNS},
            },
        ),
        Statement(
            sid="DeleteInterfaces",
            actions=("ec2:DeleteNetworkInterface",),
            resources=arns("ec2", "network-interface/*"),
            reason=RANDOM_IDS,
            condition=_in_the_vpc(),
        ),
    )


def _attach_interfaces() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="AttachToPrivateSubnets",
            actions=("ec2:CreateNetworkInterface",),
            resources=arns("ec2", "subnet/*"),
            reason="a condition names the private subnets",
            condition={"StringEquals": {"ec2:SubnetID": ref("PrivateSubnetIds")}},
        ),
        Statement(
            sid="AttachWithTheSecurityGroup",
            actions=("ec2:CreateNetworkInterface",),
            resources=arns("ec2", "network-interface/*", "security-group/${SecurityGroupId}"),
            reason="interfaces get random ids; the subnet is the other statement's",
        ),
        Statement(
            sid="DescribeTheNetwork",
            actions=actions(
                "ec2",
                "DescribeDhcpOptions DescribeNetworkInterfaces DescribeSecurityGroups "
                "DescribeSubnets DescribeVpcs",
            ),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
    )


def _in_the_vpc() -> dict[str, dict[str, str]]:
    return {"ArnEquals": {"ec2:Vpc": arns("ec2", "vpc/${VpcId}")[0]}}
