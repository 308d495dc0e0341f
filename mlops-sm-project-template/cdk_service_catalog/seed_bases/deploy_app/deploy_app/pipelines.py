"""What a stage needs to run a pipeline of SageMaker by a schedule."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_scheduler as scheduler

from deploy_app import names
from deploy_app.network import Network
from deploy_app.settings import Settings

NAMESPACE, FAILED = "AWS/Sagemaker/ModelBuildingPipeline", "ExecutionFailed"
"""SageMaker Developer Guide, "Amazon SageMaker AI metrics in Amazon CloudWatch", "Pipelines
metrics"; the namespace is spelt that way."""
CREATED_IN_SUBNETS: Mapping[str, str] = {"processing-job": "CreateProcessingJob"}
"""By kind, what is refused without the private subnets."""
FOLLOWED: Mapping[str, Sequence[str]] = {
    "processing-job": ("DescribeProcessingJob", "StopProcessingJob"),
    "transform-job": ("DescribeTransformJob", "StopTransformJob"),
}


def run_jobs(found: Network, *kinds: str) -> list[dict[str, object]]:
    """What the pipeline starts: jobs in the private subnets, and those that run where models do."""
    arns = list(jobs(*kinds))
    created = [CREATED_IN_SUBNETS[kind] for kind in kinds if kind in CREATED_IN_SUBNETS]
    followed = sorted({"AddTags", *(action for kind in kinds for action in FOLLOWED[kind])})
    return [
        {
            "Sid": "CreateJobsInPrivateSubnets",
            "Effect": "Allow",
            "Action": [f"sagemaker:{action}" for action in created],
            "Resource": arns,
            "Condition": {
                "Null": {"sagemaker:VpcSubnets": "false"},
                "ForAllValues:StringEquals": {"sagemaker:VpcSubnets": found.subnet_ids},
            },
        },
        {
            "Sid": "FollowJobs",
            "Effect": "Allow",
            "Action": [f"sagemaker:{action}" for action in followed],
            "Resource": arns,
        },
    ]


def score_with(model: str) -> dict[str, object]:
    """A transform job runs as the role of its model and in the model's subnets: with this model.

    Args:
        model: its name.
    """
    return {
        "Sid": "ScoreWithTheModel",
        "Effect": "Allow",
        "Action": "sagemaker:CreateTransformJob",
        "Resource": list(jobs("transform-job")),
        "Condition": {"ArnEquals": {"sagemaker:ModelArn": arn(f"model/{model}")}},
    }


def jobs(*kinds: str) -> tuple[str, ...]:
    """The ARNs of what pipelines start, which SageMaker names."""
    return tuple(arn(f"{kind}/pipelines-*") for kind in kinds)


def wildcards(*kinds: str) -> tuple[str, ...]:
    """The same as cdk-nag writes them."""
    place = "arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:"
    return tuple(f"{place}{kind}/pipelines-*" for kind in kinds)


def run_as_itself(settings: Settings, stage: str) -> dict[str, object]:
    """A pipeline hands its role to the jobs that it starts.

    Source: SageMaker Developer Guide, "Pipelines", "Access management": "To pass any role to a
    SageMaker job within a pipeline, the iam:PassRole permission for the role that is being passed".
    """
    role = names.execution_role(settings, stage)
    return {
        "Sid": "RunJobsAsThisRole",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": names.role_arn(
            settings, role, account=cdk.Aws.ACCOUNT_ID, partition=cdk.Aws.PARTITION
        ),
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }


def start_by_schedule(
    stack: cdk.Stack,
    settings: Settings,
    stage: str,
    *,
    pipeline: sagemaker.CfnPipeline,
    what: str,
    expression: str,
    timezone: str,
    enabled: bool,
) -> None:
    """Start a pipeline by EventBridge Scheduler, with a role that can do nothing else.

    Args:
        what: it does, for people.
    """
    target = arn(f"pipeline/{pipeline.pipeline_name}")
    role = iam.Role(
        stack,
        "SchedulerRole",
        role_name=names.scheduler_role(settings, stage),
        description=f"Project {settings.project_name}: starts a pipeline in {stage}",
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
        ),
    )
    start = {
        "Sid": "StartThePipeline",
        "Effect": "Allow",
        "Action": "sagemaker:StartPipelineExecution",
        "Resource": target,
    }
    policy = iam.ManagedPolicy(
        stack,
        "SchedulerPolicy",
        document=iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": [start]}),
        roles=[role],
    )
    schedule = scheduler.CfnSchedule(
        stack,
        "Schedule",
        name=f"{settings.project_name}-{settings.project_id}-{stage}",
        description=f"{what} of project {settings.project_name} in {stage}",
        state="ENABLED" if enabled else "DISABLED",
        schedule_expression=expression,
        schedule_expression_timezone=timezone,
        flexible_time_window={"mode": "OFF"},
        target={"arn": target, "roleArn": role.role_arn, "sageMakerPipelineParameters": {}},
    )
    schedule.add_dependency(pipeline)
    schedule.node.add_dependency(policy)


def arn(resource: str) -> str:
    """Of something of SageMaker in this account."""
    place = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
    return f"arn:{cdk.Aws.PARTITION}:sagemaker:{place}:{resource}"
