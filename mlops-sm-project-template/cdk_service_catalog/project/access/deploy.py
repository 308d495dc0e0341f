"""What deploying needs: to synthesise, to test an endpoint, to run the pipelines."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access.common import (
    read_pipeline_artifacts,
    use_project_artifacts,
    write_build_logs,
    write_pipeline_artifacts,
)
from cdk_service_catalog.project.access.network import builds_join_the_vpc
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.evidence import REGISTERED
from cdk_service_catalog.project.props import ProjectProps, TargetStage
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.iam.through_services import through


def synth_statements(definition: ProductDefinition) -> tuple[Statement, ...]:
    """Write the assembly, made of code, and of the inference pipeline where there is one."""
    return (
        write_build_logs("synth"),
        *builds_join_the_vpc(),
        *read_pipeline_artifacts(),
        *write_pipeline_artifacts("synth"),
        *(use_project_artifacts() if definition.inference_pipeline else ()),
    )


def test_statements(
    stage: TargetStage, definition: ProductDefinition, props: ProjectProps
) -> tuple[Statement, ...]:
    """Become the test role of one stage's account, which may do what the test needs."""
    role = props.stage_role_arn(stage, "test")
    return (
        write_build_logs(naming.testing(stage.name)),
        *builds_join_the_vpc(),
        *read_pipeline_artifacts(),
        Statement(sid="TestInStage", actions=("sts:AssumeRole",), resources=(role,)),
        *(_read_samples() if definition.samples else ()),
    )


def build_pipeline_statements(definition: ProductDefinition) -> tuple[Statement, ...]:
    """Source and builds of the build pipeline."""
    images = ("image",) if definition.image_repository else ()
    return (
        *_hand_on_artifacts("build-pipeline"),
        _source(naming.BUILD_REPOSITORY),
        _builds("train", *images),
    )


def deploy_pipeline_statements(props: ProjectProps) -> tuple[Statement, ...]:
    """Source, builds, approvals, and the roles that deploy in each account."""
    deploying = map(props.deploy_role_arn, props.stages)
    return (
        *_hand_on_artifacts("deploy-pipeline"),
        *_ask_the_gate(props),
        _source(naming.DEPLOY_REPOSITORY),
        _builds("synth", *(naming.testing(stage.name) for stage in props.stages)),
        Statement(
            sid="DeployInStages",
            actions=("sts:AssumeRole",),
            resources=tuple(dict.fromkeys(deploying)),
        ),
        Statement(sid="AskForApproval", actions=("sns:Publish",), resources=("${Notifications}",)),
    )


def event_statements() -> tuple[Statement, ...]:
    """Start the project's two pipelines, and the build that reports a training."""
    return (
        Statement(
            sid="StartPipelines",
            actions=("codepipeline:StartPipelineExecution",),
            resources=arns("codepipeline", naming.BUILD_REPOSITORY, naming.DEPLOY_REPOSITORY),
        ),
        # Who starts a build may give it another buildspec and commit, and so has its role: this
        # one has EventBridge alone, with what the rule says.
        Statement(
            sid="StartTheReport",
            actions=("codebuild:StartBuild",),
            resources=arns("codebuild", f"project/{naming.PREFIXED}-{naming.REPORT}"),
        ),
    )


def _read_samples() -> tuple[Statement, ...]:
    """What versions bring in their archives, from where one role alone writes."""
    return (
        Statement(
            sid="ReadSamplesOfVersions",
            actions=("s3:GetObject",),
            resources=(f"${{ArtifactBucket.Arn}}/{REGISTERED}/*",),
            reason="archives of versions are named by the hash of their content",
        ),
        Statement(
            sid="DecryptSamplesOfVersions",
            actions=("kms:Decrypt",),
            resources=("${ArtifactKey.Arn}",),
            condition=through("s3"),
        ),
    )


def _hand_on_artifacts(role: str) -> tuple[Statement, ...]:
    """CodePipeline writes with the role of the pipeline what no build writes."""
    return (*read_pipeline_artifacts(), *write_pipeline_artifacts(role))


def _ask_the_gate(props: ProjectProps) -> tuple[Statement, ...]:
    """Source: CodePipeline User Guide, "Add permissions to the CodePipeline service role"."""
    return (
        Statement(
            sid="AskTheGate",
            actions=("lambda:InvokeFunction",),
            resources=(props.gate.arn("choose"), props.gate.arn("verify")),
        ),
        Statement(
            sid="FindFunctions",
            actions=("lambda:ListFunctions",),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
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


def _builds(*purposes: str) -> Statement:
    """Those of one pipeline: who starts a build may give it a buildspec of his own."""
    return Statement(
        sid="RunBuilds",
        actions=actions("codebuild", "BatchGetBuilds StartBuild StopBuild"),
        resources=arns("codebuild", *(f"project/{naming.PREFIXED}-{end}" for end in purposes)),
    )
