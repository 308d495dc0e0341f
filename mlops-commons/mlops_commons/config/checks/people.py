"""Checks of who works in Studio, as whom and on what."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import Sources
from mlops_commons.contract import USER_GROUPS
from mlops_commons.stage import Separation
from mlops_commons.utilities.errors import Problem


def projects_of_users(sources: Sources) -> Iterator[Problem]:
    """A user's project means nothing where nothing keeps projects apart."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        if deployment.projects.separation is Separation.PROJECT:
            continue
        if not sources.config.studio(deployment.set_name, stage.stage_name):
            continue
        for path, project in _projects(sources, deployment.set_name):
            message = (
                f"set '{deployment.set_name}' does not keep projects apart, so that this user "
                f"would reach all of them, not {project} alone; write 'separation: project' under "
                "'projects' in cdk-app.yml, or remove this line"
            )
            found[sources.infra_document.problem(path, message)] = None
    yield from found


def _projects(sources: Sources, set_name: str) -> Iterator[tuple[KeyPath, str]]:
    """The projects that users of a set have, with where they stand."""
    for persona in USER_GROUPS:
        path = sources.profiles_path(set_name, persona)
        group = sources.infra_block(path)
        for position, user in enumerate(getattr(group, "users", None) or ()):
            if user.project:
                yield (*path, "users", position, "project"), user.project
