"""Stacks that the platform has made, and which of them the configuration still has."""

from collections.abc import Iterable, Mapping
from typing import Any

from mlops_commons.config import PlatformConfig
from mlops_commons.contract import TagKey
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import APP_DIRECTORIES

Place = tuple[str, str]
"""An account and a region."""


def is_of_the_platform(stack: Mapping[str, Any], app_prefix: str) -> bool:
    """Whether a stack, as DescribeStacks tells of it, is one of ours with this prefix."""
    ours = {names.application(app_prefix, app) for app in APP_DIRECTORIES}
    return any(tag["Key"] == TagKey.APP and tag["Value"] in ours for tag in stack.get("Tags") or ())


def without_configuration(
    config: PlatformConfig, place: Place, found: Iterable[str]
) -> tuple[str, ...]:
    """The stacks of the platform in an account and region that no set or stage has.

    A set or stage that is not enabled has its stacks: they stay on purpose.

    Args:
        found: the names of the platform's stacks there.
    """
    governance = config.pipeline
    known, beginnings = set(), []
    for deployment in config.deployments:
        for stage in deployment.stages:
            if (stage.account, stage.region) == place:
                known |= {
                    names.core_stack(stage.stage_name, directory, stage.parameter_namespace)
                    for directory in APP_DIRECTORIES.values()
                }
        if governance.account == place[0]:
            for app in APP_DIRECTORIES:
                pipeline = names.pipeline_stack(app, deployment.set_name)
                known.add(pipeline)
                if (source := governance.source_of(app)).has_stack:
                    known.add(names.source_stack(app, deployment.set_name, source.type))
                beginnings.append(f"{pipeline}-support-")
    return tuple(
        name
        for name in sorted(set(found) - known)
        if not name.startswith(tuple(beginnings) or ("\0",))
    )
