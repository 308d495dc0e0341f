"""An app as the governance account delivers it: for every set a repository and a pipeline."""

from collections.abc import Callable, Sequence
from pathlib import Path

import aws_cdk as cdk

from mlops_commons.cdk.codecommit_stack import CodeCommitStack
from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.org_boundary import bound_by_organization
from mlops_commons.cdk.pipeline_stack import PipelineStack
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.config import Deployment, PlatformConfig, Repository
from mlops_commons.config.set_snapshot import set_snapshot
from mlops_commons.contract import TagKey
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import Snapshot, snapshot
from mlops_commons.utilities.toolchain import pinned_version


def delivered_application(
    config: PlatformConfig,
    delivered_app: DeliveredApp,
    stages: Callable[[Deployment], Sequence[DeliveredStage]],
    *,
    root: Path = REPOSITORY_ROOT,
    outdir: str | None = None,
) -> cdk.App:
    """The whole app: for every enabled set a repository, a pipeline and the pipeline's stages.

    Args:
        config: the loaded configuration.
        stages: what the app delivers to a set; a set without stages gets no pipeline.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.
    """
    app = platform_app(qualifier=config.pipeline.bootstrap.toolkit.qualifier, outdir=outdir)
    bound_by_organization(app, config.org)
    shared = snapshot(root, delivered_app.directory)
    for deployment in config.enabled_deployments:
        delivered = stages(deployment)
        if delivered:
            content = set_snapshot(config, shared, deployment.set_name)
            _add_set(app, config, delivered_app, deployment, delivered, content, root)
    return app


def _add_set(
    app: cdk.App,
    config: PlatformConfig,
    delivered_app: DeliveredApp,
    deployment: Deployment,
    stages: Sequence[DeliveredStage],
    content: Snapshot,
    root: Path,
) -> None:
    set_name = deployment.set_name
    governance, name = config.pipeline, delivered_app.name
    source: Repository = governance.code_commit.of(name)
    env = cdk.Environment(account=governance.account, region=governance.region)
    repository_name = names.repository(source.repo_name, set_name)
    repository = CodeCommitStack(
        app,
        names.repository_stack(name, set_name),
        env=env,
        delivered_app=delivered_app,
        set_name=set_name,
        repository_name=repository_name,
        branch_name=source.branch_name,
        content=content,
        app_prefix=config.app_prefix,
        reviewing=governance.reviews,
    )
    pipeline = PipelineStack(
        app,
        names.pipeline_stack(name, set_name),
        env=env,
        delivered_app=delivered_app,
        set_name=set_name,
        pipeline_name=names.pipeline(config.app_prefix, name, source.branch_name, set_name),
        artifact_bucket_name=names.artifact_bucket(
            config.app_prefix, name, set_name, account=governance.account, region=governance.region
        ),
        repository_name=repository_name,
        branch_name=source.branch_name,
        cdk_version=pinned_version("aws-cdk", root),
        cdk_assets_version=pinned_version("cdk-assets", root),
        stages=stages,
        notify=governance.notify,
    )
    pipeline.add_stack_dependency(repository)
    # A stage in another region has the pipeline's artifacts copied there by a stack of its own.
    support = pipeline.delivery.pipeline.pipeline.cross_region_support.values()
    tags = {
        **_tags_of_all_stages(deployment),
        TagKey.APP: names.application(config.app_prefix, name),
    }
    for stack in (repository, pipeline, *(copies.stack for copies in support)):
        for key, value in tags.items():
            cdk.Tags.of(stack).add(key, value)


def _tags_of_all_stages(deployment: Deployment) -> dict[str, str]:
    """What all stages of a set agree on is true of its repository and pipeline, too.

    An organization that refuses to create what has no cost centre refuses it in governance first.
    """
    every = [set(stage.tags.items()) for stage in deployment.enabled_stages]
    return dict(sorted(set.intersection(*every))) if every else {}
