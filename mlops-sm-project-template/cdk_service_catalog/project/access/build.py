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
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns

THIS_PROJECT: Final = f"the wildcard ends names that begin with this project's: {naming.PROJECT}"


def build_statements(definition: ProductDefinition, props: ProjectProps) -> tuple[Statement, ...]:
    """Upload scripts, write and start the SageMaker pipeline."""
    return (
        write_build_logs("train"),
        *builds_join_the_vpc(),
        *read_pipeline_artifacts(),
        *use_project_artifacts(writes=f"{SOURCES}/*"),
        *_run_pipelines(definition),
        *_find_approved_version(),
        pass_role(props, "execution", "sagemaker"),
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
