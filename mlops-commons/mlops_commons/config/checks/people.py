"""Checks of who works in Studio, as whom and on what."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import INFRA_ROOT, Sources
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


def nothing_for_all_projects(sources: Sources) -> Iterator[Problem]:
    """One action covers the whole API of an MLflow App, whichever project a run is of."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        separated = deployment.projects.separation is Separation.PROJECT
        if studio and studio.mlflow and separated:
            own = sources.studio_path(deployment.set_name, stage.stage_name)
            written = own and (*own, "mlflow") in sources.infra_document.lines
            path = (*own, "mlflow") if own and written else (INFRA_ROOT, "sagemaker", "mlflow")
            message = (
                f"set '{deployment.set_name}' keeps projects apart, and who may call an MLflow App "
                "reads and deletes the runs of all of them; write 'mlflow: false', or "
                "'separation: set' in cdk-app.yml"
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
