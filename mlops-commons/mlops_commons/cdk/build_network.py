"""Builds of a delivery pipeline in a VPC that exists, with a policy that keeps them in it.

The CDK's own `vpc` of a build lets its role make and delete network interfaces in every VPC of the
account (aws-cdk-lib, codebuild/lib/project.ts, addVpcRequiredPermissions).
"""

from typing import Final

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import pipelines
from constructs import Construct

from mlops_commons.builds import BuildVpc
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.build_interfaces import JoinedNetwork, builds_join

SHARED: Final = "ids are unique, and the VPC may be another account's that shares it (AWS RAM)"
DESCRIPTION: Final = "Builds of the delivery pipeline in the subnets of the organization"


def join_network(scope: Construct, vpc: BuildVpc, pipeline: pipelines.CodePipeline) -> None:
    """Let every build of a pipeline, which is built already, run in a VPC."""
    projects = [each for each in pipeline.node.find_all() if isinstance(each, codebuild.Project)]
    roles = {each.role.node.path: each.role for each in projects if each.role}
    policy = managed_policy(
        scope,
        "BuildNetwork",
        builds_join(_joined(vpc)),
        description=DESCRIPTION,
        roles=list(roles.values()),
    )
    for build in projects:
        project = build.node.default_child
        assert isinstance(project, codebuild.CfnProject)
        project.vpc_config = codebuild.CfnProject.VpcConfigProperty(
            vpc_id=vpc.vpc_id,
            subnets=[*vpc.subnet_ids],
            security_group_ids=[*vpc.security_group_ids],
        )
        # CodeBuild looks at the VPC as this role when it makes the project (CodeBuild User Guide,
        # "Troubleshooting": Not authorized to perform DescribeSecurityGroups).
        project.node.add_dependency(policy)


def _joined(vpc: BuildVpc) -> JoinedNetwork:
    subnets = _anywhere("subnet", *vpc.subnet_ids)
    return JoinedNetwork(
        subnets=subnets,
        subnets_reason=SHARED,
        subnet_arns=[*subnets],
        security_groups=_anywhere("security-group", *vpc.security_group_ids),
        groups_reason=f"interfaces get random ids; of groups, {SHARED}",
        vpc=_anywhere("vpc", vpc.vpc_id)[0],
    )


def _anywhere(kind: str, *ids: str) -> tuple[str, ...]:
    return tuple(f"arn:${{AWS::Partition}}:ec2:${{AWS::Region}}:*:{kind}/{each}" for each in ids)
