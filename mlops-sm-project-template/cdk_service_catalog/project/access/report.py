"""What saying how a training has ended needs: to look at it, and nothing that starts or changes."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import OBJECTS, write_build_logs
from cdk_service_catalog.project.access.network import builds_join_the_vpc
from cdk_service_catalog.project.access.repository import read_repository
from cdk_service_catalog.project.parameters import MLFLOW
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.iam.through_services import through

LOGS: Final = {
    "processing-job": "/aws/sagemaker/ProcessingJobs",
    "training-job": "/aws/sagemaker/TrainingJobs",
    "transform-job": "/aws/sagemaker/TransformJobs",
}
"""The log group of each kind of job (SageMaker Developer Guide, "CloudWatch Logs")."""
RANDOM_NAMES_OF_JOBS: Final = (
    "SageMaker names what a pipeline starts, and its log stream, after the execution and at "
    "random: jobs of other projects of this account can be read too, as people of the set may"
)
RESULTS: Final = "executions"
"""Where jobs of executions leave their reports, in the artifact bucket."""


def report_statements(props: ProjectProps) -> tuple[Statement, ...]:
    """Read `main` of the build repository, executions of the own pipeline, and logs of jobs.

    Its code is that of `main`, as what trains is: EventBridge alone starts it, with one variable.
    """
    return (
        write_build_logs(naming.REPORT),
        *builds_join_the_vpc(),
        *read_repository(naming.BUILD_REPOSITORY),
        Statement(
            sid="LookAtExecutions",
            actions=actions(
                "sagemaker",
                "DescribePipelineDefinitionForExecution DescribePipelineExecution "
                "ListPipelineExecutionSteps ListPipelineParametersForExecution",
            ),
            resources=arns("sagemaker", f"pipeline/{naming.PROJECT}/execution/*"),
            reason="SageMaker gives executions of the project's pipeline random ids",
        ),
        *_tell_failures(),
        *(_track_runs() if props.mlflow else ()),
    )


def _track_runs() -> tuple[Statement, ...]:
    """The stage's MLflow App; files of a run stay in the project's own bucket."""
    return (
        Statement(
            sid="ReadReports",
            actions=("s3:GetObject",),
            resources=(f"${{ArtifactBucket.Arn}}/{RESULTS}/*",),
            reason=OBJECTS,
        ),
        Statement(
            sid="FindReports",
            actions=("s3:ListBucket",),
            resources=("${ArtifactBucket.Arn}",),
        ),
        Statement(
            sid="DecryptReports",
            actions=("kms:Decrypt",),
            resources=("${ArtifactKey.Arn}",),
            condition=through("s3"),
        ),
        Statement(
            sid="TrackRuns",
            actions=("sagemaker:CallMlflowAppApi",),
            resources=(f"${{{MLFLOW}}}",),
        ),
    )


def _tell_failures() -> tuple[Statement, ...]:
    """Print what a job says of itself and the end of its log, where the build is read."""
    return (
        Statement(
            sid="DescribeJobs",
            actions=actions(
                "sagemaker", "DescribeProcessingJob DescribeTrainingJob DescribeTransformJob"
            ),
            resources=arns("sagemaker", *(f"{kind}/pipelines-*" for kind in LOGS)),
            reason=RANDOM_NAMES_OF_JOBS,
        ),
        Statement(
            sid="FindLogsOfJobs",
            actions=("logs:DescribeLogStreams",),
            resources=arns("logs", *(f"log-group:{group}" for group in LOGS.values())),
        ),
        Statement(
            sid="ReadLogsOfJobs",
            actions=("logs:GetLogEvents",),
            resources=arns(
                "logs", *(f"log-group:{group}:log-stream:pipelines-*" for group in LOGS.values())
            ),
            reason=RANDOM_NAMES_OF_JOBS,
        ),
    )
