"""What jobs need: to be started, to join the private subnets, to write logs and metrics."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.iam.build_interfaces import DESCRIBE_THE_NETWORK
from mlops_commons.iam.reasons import JOB_LOG_GROUPS, NAMED_BY_USERS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Condition, Statement, actions, arns
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import WRITE_JOB_LOGS, sagemaker

JOBS: Final = ("training-job", "processing-job", "hyper-parameter-tuning-job")
TRAINING: Final = actions("sagemaker", "CreateTrainingJob CreateHyperParameterTuningJob")
CREATE_JOBS: Final = (*TRAINING, "sagemaker:CreateProcessingJob")
CREATE_IN_VPC: Final = (*CREATE_JOBS, "sagemaker:CreateModel")
"""The actions that know subnets, security groups and isolation."""
ON_INSTANCES: Final = (
    *CREATE_JOBS,
    *actions("sagemaker", "CreateTransformJob CreateEndpointConfig CreateApp CreateSpace"),
)
"""The actions that know the condition key `sagemaker:InstanceTypes`."""
HOSTING: Final = actions("sagemaker", "CreateEndpointConfig CreateTransformJob")
"""The actions that know the condition key `sagemaker:ModelArn`."""


def run_jobs(scope: PolicyScope) -> tuple[Statement, ...]:
    """Jobs and models inside the private subnets.

    A volume key is not asked for: SageMaker refuses one on instances with local NVMe storage,
    which encrypt it themselves.
    """
    return (
        Statement(
            sid="RunJobs",
            actions=CREATE_IN_VPC,
            resources=sagemaker(scope.separated, *JOBS, "model"),
            reason=f"{NAMED_BY_USERS}; what a job must look like is denied otherwise",
        ),
        *_rules(scope),
        Statement(
            sid="EndJobs",
            actions=actions(
                "sagemaker",
                "StopTrainingJob StopProcessingJob StopHyperParameterTuningJob CreateTransformJob "
                "StopTransformJob DeleteModel",
            ),
            resources=sagemaker(scope.separated, *JOBS, "transform-job", "model"),
            reason=f"{NAMED_BY_USERS}; a transform job runs in the subnets of its model",
        ),
        Statement(
            sid="WriteJobLogs",
            actions=actions("logs", "CreateLogGroup CreateLogStream PutLogEvents"),
            resources=scope.arns(WRITE_JOB_LOGS),
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


def _rules(scope: PolicyScope) -> Iterator[Statement]:
    """What no job may look like, whoever lets it be started.

    Keys and the actions that know them: Service Authorization Reference, "Actions, resources, and
    condition keys for Amazon SageMaker AI". `IfExists` and `Null` refuse what a request leaves out.
    """
    subnets, groups = "sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds"
    key, isolated = "sagemaker:OutputKmsKey", "sagemaker:NetworkIsolation"
    plain = {"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}}
    debug = {"Bool": {"sagemaker:EnableRemoteDebug": "true"}}
    elsewhere = {"ForAnyValue:StringNotEquals": {subnets: scope.subnet_ids}}
    other_groups = {"ForAnyValue:StringNotEquals": {groups: (scope.security_group_id,)}}
    yield _never("NeverOutsideAVpc", CREATE_IN_VPC, {"Null": {subnets: "true"}})
    yield _never("NeverInOtherSubnets", CREATE_IN_VPC, elsewhere)
    yield _never("NeverWithoutASecurityGroup", CREATE_IN_VPC, {"Null": {groups: "true"}})
    yield _never("NeverInOtherSecurityGroups", CREATE_IN_VPC, other_groups)
    yield _never("NeverPlainBetweenContainers", CREATE_JOBS, plain)
    # A shell in a running job would be a way in that no rule of the network sees.
    yield _never("NeverWithRemoteDebug", actions("sagemaker", "CreateTrainingJob"), debug)
    if scope.jobs.output_key:
        yield _never("NeverWithoutAnOutputKey", TRAINING, {"Null": {key: "true"}})
    if scope.jobs.network_isolation:
        yield _never("NeverWithANetwork", CREATE_IN_VPC, {"BoolIfExists": {isolated: "false"}})
    if scope.separated:
        # A model runs as its own role: whoever may host it reads what that role reads.
        models = {"ForAnyValue:ArnNotLike": {"sagemaker:ModelArn": sagemaker(True, "model")}}
        yield _never("NeverAModelOfAnotherProject", HOSTING, models)
    if types := scope.jobs.instance_types:
        others = {"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": types}}
        yield _never("NeverOnOtherInstances", ON_INSTANCES, others)


def _never(sid: str, denied: tuple[str, ...], condition: Condition) -> Statement:
    return Statement(sid=sid, effect="Deny", actions=denied, resources=("*",), condition=condition)


def _join_the_vpc(scope: PolicyScope) -> tuple[Statement, ...]:
    """SageMaker attaches a job to subnets with the permissions of the job's role.

    Source: SageMaker Developer Guide, "How to use SageMaker AI execution roles".
    """
    subnets = arns("ec2", *(f"subnet/${{{name}}}" for name in scope.subnets))
    group = {"SecurityGroup": scope.security_group_id}
    return (
        Statement(
            sid="AttachToPrivateSubnets",
            actions=("ec2:CreateNetworkInterface",),
            resources=(
                *subnets,
                *arns("ec2", "network-interface/*", "security-group/${SecurityGroup}"),
            ),
            reason="interfaces get random ids; the subnets and the security group are named, so "
            "that an interface is in one of these and has no other",
            variables={**scope.subnets, **group},
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
        DESCRIBE_THE_NETWORK,
    )
