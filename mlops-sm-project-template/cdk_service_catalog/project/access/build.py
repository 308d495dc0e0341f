"""What building a model needs: the pipeline's definition and its start, and container images."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import (
    pass_role,
    read_pipeline_artifacts,
    use_project_artifacts,
    write_build_logs,
)
from cdk_service_catalog.project.access.network import builds_join_the_vpc
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.evidence import SOURCES
from cdk_service_catalog.project.parameters import MLFLOW
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns

THIS_PROJECT: Final = f"the wildcard ends names that begin with this project's: {naming.PROJECT}"
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


def build_statements(definition: ProductDefinition, props: ProjectProps) -> tuple[Statement, ...]:
    """Upload scripts, write and start the SageMaker pipeline, follow it."""
    return (
        write_build_logs("train"),
        *builds_join_the_vpc(),
        *read_pipeline_artifacts(),
        *use_project_artifacts(writes=f"{SOURCES}/*"),
        *_run_pipelines(definition),
        *_find_approved_version(),
        *_tell_failures(),
        pass_role(props, "execution", "sagemaker"),
        *(_track_runs() if props.mlflow else ()),
        *(_promote_inference_pipeline() if definition.inference_pipeline else ()),
    )


def image_statements() -> tuple[Statement, ...]:
    """Push container images to the project's repository, and to no other."""
    return (
        write_build_logs("image"),
        *builds_join_the_vpc(),
        *read_pipeline_artifacts(),
        Statement(
            sid="LogInToImageRegistry",
            actions=("ecr:GetAuthorizationToken",),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        Statement(
            sid="PushImages",
            actions=actions(
                "ecr",
                "BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload DescribeImages "
                "GetDownloadUrlForLayer InitiateLayerUpload PutImage UploadLayerPart",
            ),
            resources=("${ImageRepository.Arn}",),
        ),
    )


def _run_pipelines(definition: ProductDefinition) -> tuple[Statement, ...]:
    pipelines = [naming.PROJECT, *[naming.INFERENCE_PIPELINE] * definition.inference_pipeline]
    return (
        Statement(
            sid="WriteAndStartPipelines",
            actions=actions(
                "sagemaker",
                "AddTags CreatePipeline DescribePipeline ListTags StartPipelineExecution "
                "UpdatePipeline",
            ),
            resources=arns("sagemaker", *(f"pipeline/{name}" for name in pipelines)),
        ),
        Statement(
            sid="FollowPipelines",
            actions=actions(
                "sagemaker",
                "DescribePipelineDefinitionForExecution DescribePipelineExecution "
                "ListPipelineExecutionSteps StopPipelineExecution",
            ),
            resources=arns("sagemaker", *(f"pipeline/{name}/execution/*" for name in pipelines)),
            reason="SageMaker gives executions of the project's pipelines random ids",
        ),
    )


def _track_runs() -> tuple[Statement, ...]:
    """The stage's MLflow App; files of a run stay in the project's own bucket."""
    return (
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


def _find_approved_version() -> tuple[Statement, ...]:
    """Tell the pipeline which version a new model must not be worse than."""
    # A list is asked of versions, not of their group (Service Authorization Reference, "Amazon
    # SageMaker", ListModelPackages: model-package*).
    return (
        Statement(
            sid="FindApprovedVersions",
            actions=("sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"),
            resources=arns(
                "sagemaker",
                f"model-package-group/{naming.PROJECT}",
                f"model-package/{naming.PROJECT}/*",
            ),
            reason=f"versions are numbered while the project works; {THIS_PROJECT}",
        ),
    )


def _promote_inference_pipeline() -> tuple[Statement, ...]:
    """Publish the definition that the deploy pipeline takes to the other accounts."""
    return (
        Statement(
            sid="PublishInferencePipeline",
            actions=("ssm:PutParameter",),
            resources=arns("ssm", f"parameter{naming.parameter('inferencepipeline')}"),
        ),
    )
