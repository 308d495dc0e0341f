"""An app as the governance account delivers it: for every set a repository and a pipeline."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import aws_cdk as cdk

from mlops_commons.cdk.access_logs import log_access_by_organization
from mlops_commons.cdk.archive_source import ArchiveSource, ArchiveStack
from mlops_commons.cdk.codecommit_stack import CodeCommitStack
from mlops_commons.cdk.connection_source import ConnectionSource, ConnectionStack
from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.org_boundary import bound_by_organization
from mlops_commons.cdk.pipeline_source import Begin, CodeCommitSource
from mlops_commons.cdk.pipeline_stack import PipelineStack
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.role_names import name_roles_by_organization
from mlops_commons.config import Deployment, PlatformConfig
from mlops_commons.config.set_snapshot import set_snapshot
from mlops_commons.contract import TagKey
from mlops_commons.delivery_source import SourceType
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.shares import WHOLE, Share
from mlops_commons.utilities.snapshot import Snapshot, snapshot
from mlops_commons.utilities.toolchain import pinned_version

Source = tuple[list[cdk.Stack], Begin]
"""The stacks that have to be there before a pipeline, and what the pipeline begins with."""


def delivered_application(
    config: PlatformConfig,
    delivered_app: DeliveredApp,
    stages: Callable[[Deployment], Sequence[DeliveredStage]],
    *,
    root: Path = REPOSITORY_ROOT,
    outdir: str | None = None,
    share: Share = WHOLE,
) -> cdk.App:
    """The whole app: for every enabled set a repository, a pipeline and the pipeline's stages.

    Args:
        config: the loaded configuration.
        stages: what the app delivers to a set; a set without stages gets no pipeline.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.
        share: the sets that this process makes; by default all.
    """
    app = platform_app(qualifier=config.pipeline.bootstrap.toolkit.qualifier, outdir=outdir)
    log_access_by_organization(app, config.org)
    bound_by_organization(app, config.org)
    name_roles_by_organization(app, config.org)
    shared = snapshot(root, delivered_app.directory)
    for deployment in share.of(config.enabled_deployments):
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
    source = governance.source_of(name)
    before, begin = SOURCES[source.type](app, config, delivered_app, set_name, content)
    pipeline = PipelineStack(
        app,
        names.pipeline_stack(name, set_name),
        env=_place(config),
        delivered_app=delivered_app,
        set_name=set_name,
        pipeline_name=names.pipeline(config.app_prefix, name, source.branch_name, set_name),
        artifact_bucket_name=names.artifact_bucket(
            config.app_prefix, name, set_name, account=governance.account, region=governance.region
        ),
        begin=begin,
        cdk_version=pinned_version("aws-cdk", root),
        cdk_assets_version=pinned_version("cdk-assets", root),
        stages=stages,
        notify=governance.notify,
        org=config.org,
    )
    for stack in before:
        pipeline.add_stack_dependency(stack)
    # A stage in another region has the pipeline's artifacts copied there by a stack of its own.
    support = pipeline.delivery.pipeline.pipeline.cross_region_support.values()
    tags = {
        **_tags_of_all_stages(deployment),
        TagKey.APP: names.application(config.app_prefix, name),
    }
    for stack in (*before, pipeline, *(copies.stack for copies in support)):
        tags_here = cdk.Tags.of(stack)
        for key, value in tags.items():
            tags_here.add(key, value)


def _place(config: PlatformConfig) -> cdk.Environment:
    return cdk.Environment(account=config.pipeline.account, region=config.pipeline.region)


def _in_codecommit(
    app: cdk.App, config: PlatformConfig, delivered: DeliveredApp, set_name: str, content: Snapshot
) -> Source:
    source = config.pipeline.source_of(delivered.name)
    repository_name = source.repository_of(set_name)
    stack = CodeCommitStack(
        app,
        names.source_stack(delivered.name, set_name),
        env=_place(config),
        delivered_app=delivered,
        set_name=set_name,
        repository_name=repository_name,
        branch_name=source.branch_name,
        content=content,
        app_prefix=config.app_prefix,
        reviewing=config.pipeline.reviews,
        roles=config.org.roles,
    )
    return [stack], partial(
        CodeCommitSource, repository_name=repository_name, branch_name=source.branch_name
    )


def _by_connection(
    app: cdk.App, config: PlatformConfig, delivered: DeliveredApp, set_name: str, content: Snapshot
) -> Source:
    source = config.pipeline.source_of(delivered.name)
    arn, stacks = source.connection_arn, list[cdk.Stack]()
    if source.makes_connection and source.provider:
        stack = ConnectionStack(
            app,
            names.source_stack(delivered.name, set_name, source.type),
            env=_place(config),
            delivered_app=delivered,
            set_name=set_name,
            connection_name=names.connection(config.app_prefix, delivered.name, set_name),
            provider=source.provider,
        )
        arn, stacks = stack.connection_arn, [stack]
    found = ConnectionSource(
        connection_arn=arn,
        repository=source.repository_of(set_name),
        branch_name=source.branch_name,
    )
    return stacks, lambda scope: found


def _in_s3(
    app: cdk.App, config: PlatformConfig, delivered: DeliveredApp, set_name: str, content: Snapshot
) -> Source:
    place = _place(config)
    bucket_name = names.archive_bucket(
        *(config.app_prefix, delivered.name, set_name),
        account=config.pipeline.account,
        region=config.pipeline.region,
    )
    stack = ArchiveStack(
        app,
        names.source_stack(delivered.name, set_name, SourceType.S3),
        env=place,
        delivered_app=delivered,
        set_name=set_name,
        bucket_name=bucket_name,
        org=config.org,
    )
    return [stack], partial(ArchiveSource, bucket=stack.bucket, bucket_name=bucket_name)


SOURCES: Final[
    Mapping[SourceType, Callable[[cdk.App, PlatformConfig, DeliveredApp, str, Snapshot], Source]]
] = {
    SourceType.CODECOMMIT: _in_codecommit,
    SourceType.CONNECTION: _by_connection,
    SourceType.S3: _in_s3,
}
"""What a set's pipeline begins with, by the type of the source of its app."""


def _tags_of_all_stages(deployment: Deployment) -> dict[str, str]:
    """What all stages of a set agree on is true of its repository and pipeline, too.

    An organization that refuses to create what has no cost centre refuses it in governance first.
    """
    every = [set(stage.tags.items()) for stage in deployment.enabled_stages]
    return dict(sorted(set.intersection(*every))) if every else {}
