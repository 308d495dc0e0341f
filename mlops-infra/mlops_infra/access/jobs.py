"""What jobs need: to be started, to join the private subnets, to write logs and metrics."""

from typing import Final

from mlops_commons.iam.reasons import JOB_LOG_GROUPS, NAMED_BY_USERS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope

JOBS: Final = ("training-job/*", "processing-job/*", "hyper-parameter-tuning-job/*")
CREATE_IN_VPC: Final = actions(
    "sagemaker",
    "CreateTrainingJob CreateProcessingJob CreateHyperParameterTuningJob CreateModel",
)
"""The actions that know the condition key `sagemaker:VpcSubnets`."""


def run_jobs(scope: PolicyScope) -> tuple[Statement, ...]:
    """Jobs and models inside the private subnets.

    A volume key is not asked for: SageMaker refuses one on instances with local NVMe storage,
    which encrypt it themselves.
    """
    return (
        Statement(
            sid="RunJobsInPrivateSubnets",
            actions=CREATE_IN_VPC,
            resources=arns("sagemaker", *JOBS, "model/*"),
            reason=f"{NAMED_BY_USERS}; a condition keeps jobs in the private subnets",
            condition={
                "Null": {"sagemaker:VpcSubnets": "false"},
                "ForAllValues:StringEquals": {"sagemaker:VpcSubnets": scope.subnet_ids},
            },
        ),
        Statement(
            sid="NeverOutsideAVpc",
            effect="Deny",
            actions=CREATE_IN_VPC,
            resources=("*",),
            condition={"Null": {"sagemaker:VpcSubnets": "true"}},
        ),
        Statement(
            sid="EndJobs",
            actions=actions(
                "sagemaker",
                "StopTrainingJob StopProcessingJob StopHyperParameterTuningJob CreateTransformJob "
                "StopTransformJob DeleteModel",
            ),
            resources=arns("sagemaker", *JOBS, "transform-job/*", "model/*"),
            reason=f"{NAMED_BY_USERS}; a transform job runs in the subnets of its model",
        ),
        Statement(
            sid="WriteJobLogs",
            actions=actions("logs", "CreateLogGroup CreateLogStream PutLogEvents"),
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason=JOB_LOG_GROUPS,
        ),
        Statement(
            sid="WriteJobMetrics",
            actions=("cloudwatch:PutMetricData",),
            resources=("*",),
            reason=f"{NO_RESOURCE_LEVEL}; a condition keeps to the namespaces of SageMaker",
            condition={
                "StringLike": {"cloudwatch:namespace": ("/aws/sagemaker/*", "aws/sagemaker/*")}
            },
        ),
        *_join_the_vpc(scope),
    )


def _join_the_vpc(scope: PolicyScope) -> tuple[Statement, ...]:
    """SageMaker attaches a job to subnets with the permissions of the job's role.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles".
    """
    subnets = arns("ec2", *(f"subnet/${{{name}}}" for name in scope.subnets))
    return (
        Statement(
            sid="AttachToPrivateSubnets",
            actions=("ec2:CreateNetworkInterface",),
            resources=(*subnets, *arns("ec2", "network-interface/*", "security-group/*")),
            reason="interfaces get random ids and people choose the security groups; the subnets "
            "are named, so that an interface is in one of these and in no other",
            variables=scope.subnets,
        ),
        Statement(
            sid="HandInterfacesToSageMaker",
            actions=actions(
                "ec2",
                "CreateNetworkInterfacePermission DeleteNetworkInterface "
                "DeleteNetworkInterfacePermission",
            ),
            resources=arns("ec2", "network-interface/*"),
            reason="interfaces get random ids; a condition keeps to those in the private subnets",
            condition={"ArnEquals": {"ec2:Subnet": subnets}},
            variables=scope.subnets,
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
