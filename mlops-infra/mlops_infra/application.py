"""The app: repositories and pipelines in the governance account, built from the configuration."""

from functools import partial
from pathlib import Path, PurePosixPath

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.config import Deployment, PlatformConfig, Stage, only_set
from mlops_commons.contract import TagKey
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import Snapshot, snapshot
from mlops_commons.utilities.toolchain import pinned_version
from mlops_infra.codecommit_stack import CodeCommitStack
from mlops_infra.core_stage import APP_DIRECTORY, CoreStage
from mlops_infra.pipeline_stack import DeliveredStage, PipelineStack
from mlops_infra.stage_props import network_props, studio_props

APP = "infra"


def build_app(
    config: PlatformConfig, *, root: Path = REPOSITORY_ROOT, outdir: str | None = None
) -> cdk.App:
    """The whole app: for every enabled set a repository, a pipeline and the pipeline's stages.

    Args:
        config: the loaded configuration.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.
    """
    app = platform_app(outdir=outdir)
    for deployment in config.enabled_deployments:
        _add_set(app, config, deployment, root)
    return app


def set_snapshot(config: PlatformConfig, set_name: str, root: Path = REPOSITORY_ROOT) -> Snapshot:
    """What the repository of a set holds: the code, and the configuration of that set alone."""
    texts = {
        PurePosixPath("mlops-commons/mlops_commons/config/cdk-app.yml"): config.cdk_app_text,
        PurePosixPath("mlops-infra/config/cdk-infra-app.yml"): config.infra_text,
    }
    selected = {file: only_set(text, set_name) for file, text in texts.items() if text}
    return snapshot(root, APP_DIRECTORY, selected)


def _add_set(app: cdk.App, config: PlatformConfig, deployment: Deployment, root: Path) -> None:
    set_name = deployment.set_name
    governance = config.pipeline
    source = governance.code_commit.infra
    env = cdk.Environment(account=governance.account, region=governance.region)
    repository_name = names.repository(source.repo_name, set_name)
    repository = CodeCommitStack(
        app,
        names.repository_stack(APP, set_name),
        env=env,
        set_name=set_name,
        repository_name=repository_name,
        branch_name=source.branch_name,
        content=set_snapshot(config, set_name, root),
    )
    pipeline = PipelineStack(
        app,
        names.pipeline_stack(APP, set_name),
        env=env,
        set_name=set_name,
        pipeline_name=names.pipeline(config.app_prefix, APP, source.branch_name, set_name),
        artifact_bucket_name=names.artifact_bucket(
            config.app_prefix, APP, set_name, account=governance.account, region=governance.region
        ),
        repository_name=repository_name,
        branch_name=source.branch_name,
        cdk_version=pinned_version("aws-cdk", root),
        cdk_assets_version=pinned_version("cdk-assets", root),
        stages=[
            DeliveredStage(
                create=partial(_core_stage, config=config, deployment=deployment, stage=stage),
                manual_approval=stage.manual_approval,
            )
            for stage in deployment.enabled_stages
        ],
    )
    pipeline.add_stack_dependency(repository)
    for stack in (repository, pipeline):
        cdk.Tags.of(stack).add(TagKey.APP, names.application(config.app_prefix, APP))


def _core_stage(
    scope: Construct, *, config: PlatformConfig, deployment: Deployment, stage: Stage
) -> CoreStage:
    set_name = deployment.set_name
    studio = config.studio(set_name, stage.stage_name)
    return CoreStage(
        scope,
        stage.stage_name,
        env=cdk.Environment(account=stage.account, region=stage.region),
        set_name=set_name,
        app_prefix=config.app_prefix,
        network=network_props(config.network(set_name, stage.stage_name)),
        studio=studio_props(studio) if studio else None,
        parameter_namespace=stage.parameter_namespace,
        removal_policy=cdk.RemovalPolicy[stage.removal_policy.name],
        tags=stage.tags,
    )
