"""What a changed configuration means for the pipelines and projects of a set that is deployed."""

from collections.abc import Iterator

from mlops_commons.config.set_change import SetChange, deletion, stack_of
from mlops_commons.delivery_source import SourceType
from mlops_commons.stage import Deployment, PlatformConfig
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import APP_DIRECTORIES


def delivery_changes(
    published: PlatformConfig, config: PlatformConfig, old: Deployment, new: Deployment
) -> Iterator[SetChange]:
    """The changes of a set's pipelines and of its projects."""
    if _place(published) != _place(config):
        yield _elsewhere(published, config, old, new)
    else:
        for app in APP_DIRECTORIES:
            yield from _of_source(published, config, new, app)
    if old.dev and old.projects.enabled and not new.projects.enabled:
        yield _without_projects(published, old)


def _place(config: PlatformConfig) -> tuple[str, str]:
    return config.pipeline.account, config.pipeline.region


def _elsewhere(
    published: PlatformConfig, config: PlatformConfig, old: Deployment, new: Deployment
) -> SetChange:
    (account, region), (was_account, was_region) = _place(config), _place(published)
    profile = published.pipeline.bootstrap.aws_profile
    stacks = [names.pipeline_stack(app, old.set_name) for app in APP_DIRECTORIES]
    commands = " && ".join(deletion(stack, was_region, profile) for stack in stacks)
    return SetChange(
        message=f"the pipelines of set '{new.set_name}' move to {account} in {region}: those in "
        f"{was_account} in {was_region} stay and deliver what is pushed to them, and the accounts "
        "trust them until they are bootstrapped again",
        remedy=f"delete the old ones first: {commands}, then: ./mlops-multi-account.sh bootstrap "
        f"--set {new.set_name}, and deploy them as before the first delivery",
    )


def _of_source(
    published: PlatformConfig, config: PlatformConfig, new: Deployment, app: str
) -> Iterator[SetChange]:
    before, now = published.pipeline.source_of(app), config.pipeline.source_of(app)
    pipeline = names.pipeline_stack(app, new.set_name)
    if before.type is not now.type or before.repository_of(new.set_name) != now.repository_of(
        new.set_name
    ):
        old_stack = names.source_stack(app, new.set_name, before.type)
        left = f"; {old_stack} stays" if before.has_stack and before.type is not now.type else ""
        both = f"{names.source_stack(app, new.set_name, now.type)} " if now.has_stack else ""
        yield SetChange(
            message=f"the pipeline of '{app}' takes what it delivers from "
            f"{_named(before.type, before.repository_of(new.set_name))} until it is deployed "
            f"again, and then from {_named(now.type, now.repository_of(new.set_name))}{left}",
            remedy=f"./mlops-multi-account.sh {app} deploy {both}{pipeline}, and publish there",
        )
    elif before.branch_name != now.branch_name:
        yield SetChange(
            message=f"the pipeline of '{app}' follows '{before.branch_name}' until it is "
            f"deployed again, and then '{now.branch_name}'",
            remedy=f"push '{now.branch_name}' first, then: ./mlops-multi-account.sh {app} "
            f"deploy {pipeline}",
        )


def _named(kind: SourceType, repository: str) -> str:
    return f"'{kind}' ({repository})" if repository else f"'{kind}'"


def _without_projects(published: PlatformConfig, old: Deployment) -> SetChange:
    dev, governance = old.dev, published.pipeline
    assert dev is not None
    portfolio, pipeline = stack_of(dev, "template"), names.pipeline_stack("template", old.set_name)
    commands = " && ".join(
        (
            deletion(pipeline, governance.region, governance.bootstrap.aws_profile),
            deletion(portfolio, dev.region, dev.bootstrap.aws_profile),
        )
    )
    return SetChange(
        stage_name=dev.stage_name,
        message=f"set '{old.set_name}' has no projects any more: what they have deployed stays, "
        f"the roles that deploy it go, {portfolio} in {dev.account} stays and still offers "
        f"products, and so does the pipeline {pipeline}",
        remedy=f"take the projects away first, then: {commands}",
    )
