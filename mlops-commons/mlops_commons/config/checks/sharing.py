"""Checks of stages that share an account."""

from collections.abc import Iterator

from mlops_commons.config.sources import Sources
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.paths import APP_DIRECTORIES


def shared_places(sources: Sources) -> Iterator[Problem]:
    """Two stages in one account and region would fight over the same SSM parameters."""
    seen: dict[tuple[str, str, str], str] = {}
    for path, deployment, stage in sources.stages():
        place = (stage.account, stage.region, stage.parameter_namespace)
        here = f"{deployment.set_name}/{stage.stage_name}"
        first = seen.setdefault(place, here)
        if first != here:
            message = (
                f"stage '{here}' shares account {stage.account} and region {stage.region} with "
                f"'{first}'; give each a parameter_namespace of its own"
            )
            yield sources.app_document.problem((*path, "account"), message)


def shared_stack_names(sources: Sources) -> Iterator[Problem]:
    """Namespaces such as `a/b` and `a-b` differ, but the stack names made from them do not."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for path, deployment, stage in sources.stages():
        namespace = stage.parameter_namespace
        stack = names.core_stack(stage.stage_name, APP_DIRECTORIES["infra"], namespace)
        here = f"{deployment.set_name}/{stage.stage_name}"
        place = (stage.account, stage.region, stack.lower())
        first, other = seen.setdefault(place, (here, namespace))
        if other != namespace:
            message = (
                f"'{here}' and '{first}' would both be the stack '{stack}' in account "
                f"{stage.account}; choose a namespace that differs from '{other}' in its letters"
            )
            yield sources.app_document.problem((*path, "parameter_namespace"), message)


def shared_service_catalog_roles(sources: Sources) -> Iterator[Problem]:
    """The launch and use roles have fixed names, so an account can have them once."""
    seen: dict[str, str] = {}
    for path, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        here = f"{deployment.set_name}/{stage.stage_name}"
        if studio and studio.create_service_catalog_roles:
            first = seen.setdefault(stage.account, here)
            if first != here:
                message = (
                    f"'{here}' and '{first}' have Studio in account {stage.account}; set "
                    "create_service_catalog_roles: false for one of them in cdk-infra-app.yml"
                )
                yield sources.app_document.problem((*path, "account"), message)
