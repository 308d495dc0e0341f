"""What deploying needs: to choose a version, to test an endpoint, to run the pipelines."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import (
    use_pipeline_artifacts,
    use_project_artifacts,
    write_build_logs,
)
from cdk_service_catalog.project.access.network import builds_join_the_vpc
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import STAGES, TESTED, ProjectProps
from mlops_commons.iam.statements import Statement, actions, arns


def synth_statements(definition: ProductDefinition) -> tuple[Statement, ...]:
    """Read the registry, and the inference pipeline's definition where there is one."""
    published = (
        Statement(
            sid="FindInferencePipeline",
            actions=("ssm:GetParameter",),
            resources=arns("ssm", f"parameter{naming.parameter('inferencepipeline')}"),
        ),
        *use_project_artifacts(write=False),
    )
    return (
        write_build_logs(),
        *builds_join_the_vpc(),
        *use_pipeline_artifacts(),
        Statement(
            sid="FindVersions",
            actions=("sagemaker:ListModelPackages",),
            resources=arns("sagemaker", f"model-package-group/{naming.PROJECT}"),
        ),
        Statement(
            sid="ReadVersions",
            actions=("sagemaker:DescribeModelPackage",),
            resources=arns("sagemaker", f"model-package/{naming.PROJECT}/*"),
            reason="versions are numbered while the project works",
        ),
        *(published if definition.inference_pipeline else ()),
    )


def test_statements() -> tuple[Statement, ...]:
    """Become the test role of a stage's account, which may do what the test needs."""
    roles = [
        naming.stage_role_arn(stage.account, stage.name, "test")
        for stage in STAGES
        if stage.name in TESTED
    ]
    return (
        write_build_logs(),
        *builds_join_the_vpc(),
        *use_pipeline_artifacts(),
        Statement(sid="TestInStages", actions=("sts:AssumeRole",), resources=tuple(roles)),
    )


def build_pipeline_statements() -> tuple[Statement, ...]:
    """Source and builds of the build pipeline."""
    return (*use_pipeline_artifacts(), _source(naming.BUILD_REPOSITORY), _builds())


def deploy_pipeline_statements(props: ProjectProps) -> tuple[Statement, ...]:
    """Source, builds, approvals, and the roles that deploy in each account."""
    deploying = map(props.deploy_role_arn, STAGES)
    return (
        *use_pipeline_artifacts(),
        _source(naming.DEPLOY_REPOSITORY),
        _builds(),
        Statement(
            sid="DeployInStages",
            actions=("sts:AssumeRole",),
            resources=tuple(dict.fromkeys(deploying)),
        ),
        Statement(sid="AskForApproval", actions=("sns:Publish",), resources=("${Notifications}",)),
    )


def event_statements() -> tuple[Statement, ...]:
    """Start the project's two pipelines."""
    return (
        Statement(
            sid="StartPipelines",
            actions=("codepipeline:StartPipelineExecution",),
            resources=arns("codepipeline", naming.BUILD_REPOSITORY, naming.DEPLOY_REPOSITORY),
        ),
    )


def _source(repository: str) -> Statement:
    return Statement(
        sid="FetchSource",
        actions=actions(
            "codecommit",
            "CancelUploadArchive GetBranch GetCommit GetRepository GetUploadArchiveStatus "
            "UploadArchive",
        ),
        resources=arns("codecommit", repository),
    )


def _builds() -> Statement:
    return Statement(
        sid="RunBuilds",
        actions=actions("codebuild", "BatchGetBuilds StartBuild StopBuild"),
        resources=arns("codebuild", f"project/{naming.PREFIXED}-*"),
        reason=f"the builds of this project only, which begin with {naming.PREFIXED}",
    )
