"""The outline of what a deployed role may run: endpoints, pipelines, jobs, and the network."""

from typing import Final

from mlops_commons.execution_policies.project_stacks import PROJECT
from mlops_commons.execution_policies.resource_kinds import statement_name
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.projects.data_of_a_project import outline
from mlops_infra.projects.props import ProjectDeployments

JOBS: Final = "*-job/pipelines-*"
"""SageMaker names what a pipeline runs `pipelines-<random>`, so their names tell no project. Jobs
that nothing here creates, such as those of tuning, are described and tagged at most."""


def work_statements(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """Endpoints and pipelines by the project's id, jobs by the prefix that SageMaker gives."""
    stage, roles = projects.stage, projects.org.roles
    # Short, because the boundary is nearly as long as IAM allows.
    scoring = f"arn:*:sagemaker:*:*:model/sagemaker-{PROJECT}-{stage}-*"
    return (
        outline(
            "EndpointsOfTheProject",
            actions(
                "sagemaker",
                "DescribeEndpoint DescribeInferenceComponent InvokeEndpoint InvokeEndpointAsync",
            ),
            # Endpoints and components, which are all that these actions know; in short, because
            # the boundary is nearly as long as IAM allows.
            arns("sagemaker", f"*/*-{PROJECT}-{stage}"),
        ),
        outline(
            # CloudFormation names both, and with random characters.
            "DescribeModels",
            actions("sagemaker", "DescribeEndpointConfig DescribeModel"),
            arns("sagemaker", "endpoint-config/*", "model/*"),
        ),
        outline(
            "PipelinesOfTheProject",
            actions(
                "sagemaker",
                "DescribePipeline* ListPipelineExecutionSteps StartPipelineExecution",
            ),
            # Whatever they do, and their executions; a managed policy has no room for each.
            arns("sagemaker", f"pipeline/*-{PROJECT}-{stage}-*"),
        ),
        outline(
            "JobsOfPipelines",
            actions(
                "sagemaker",
                "AddTags CreateProcessingJob CreateTransformJob Describe* StopProcessingJob "
                "StopTransformJob",
            ),
            arns("sagemaker", JOBS),
        ),
        Statement(
            # What a network lets through is no matter for a job that is in none.
            sid="NoJobOutsideAVpc",
            effect="Deny",
            actions=("sagemaker:Create*",),
            resources=arns("sagemaker", "model/*", "processing-job/*"),
            condition={"Null": {"sagemaker:VpcSubnets": "true"}},
        ),
        Statement(
            # A model runs as its own role, so whoever has it score writes what that role writes.
            # Those of endpoints have names of CloudFormation, which show no project.
            sid="NoModelOfOthers",
            effect="Deny",
            actions=("sagemaker:CreateTransformJob",),
            resources=("*",),
            condition={"ForAnyValue:ArnNotLike": {"sagemaker:ModelArn": scoring}},
        ),
        outline(
            # Pipelines hand their role to their jobs (SageMaker Developer Guide, "Pipelines",
            # "Access management").
            "RunJobsAsItself",
            ("iam:PassRole",),
            (roles.arn(roles.pattern(f"sagemaker-{PROJECT}-{stage}-execution")),),
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        outline(
            # SageMaker looks with the model's role at the alarms that end a rollout (SageMaker
            # Developer Guide, "Auto-Rollback Configuration and Monitoring").
            "AlarmsOfTheProject",
            ("cloudwatch:DescribeAlarms",),
            arns("cloudwatch", f"alarm:*-{PROJECT}-{stage}-*"),
        ),
        outline(
            # SageMaker tells with the model's role what an asynchronous endpoint has done
            # (SageMaker Developer Guide, "Asynchronous Inference", "Complete the prerequisites").
            "TopicsOfTheProject",
            ("sns:Publish",),
            arns("sns", f"sagemaker-{PROJECT}-{stage}-*"),
        ),
        outline(
            "Logs",
            actions("logs", "CreateLogGroup CreateLogStream DescribeLogStreams PutLogEvents"),
            arns("logs", "log-group:/aws/sagemaker/*"),
        ),
        *_network(),
    )


def further_statements(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """What the configuration adds, on resources that bear the project's id and the stage's name.

    The names that CloudFormation makes begin with the stack's: `<name>-<id>-deploy-<stage>-`.
    """
    by_service: dict[str, list[str]] = {}
    for action in projects.role_actions:
        by_service.setdefault(action.partition(":")[0], []).append(action)
    endings = (f"*-{PROJECT}-{projects.stage}-*", f"*-{PROJECT}-deploy-{projects.stage}-*")
    return tuple(
        outline(
            f"Further{statement_name(service)}",
            tuple(sorted(names)),
            arns(service, *endings),
        )
        for service, names in sorted(by_service.items())
    )


def _network() -> tuple[Statement, ...]:
    return (
        outline(
            "InterfacesInThePrivateNetwork",
            actions("ec2", "CreateNetworkInterface* DeleteNetworkInterface*"),
            # Interfaces, security groups and subnets, which are all that these actions know.
            arns("ec2", "*/*"),
        ),
        Statement(
            sid="WithoutResources",
            actions=(
                "cloudwatch:PutMetricData",
                "ec2:Describe*",
                "ecr:GetAuthorizationToken",
            ),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
    )
