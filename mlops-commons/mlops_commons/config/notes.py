"""What is valid and does less than its writer may expect, with the line."""

from collections.abc import Iterator

from mlops_commons.config.projects_of_sets import obstacles
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.contract import DELIVERY_ORDER, StageName
from mlops_commons.utilities.errors import Problem


def notes(sources: Sources) -> tuple[Problem, ...]:
    """Notes on the sets that are delivered, in the order of the file."""
    return tuple(
        dict.fromkeys([*_without_projects(sources), *_untracked(sources), *_own_names(sources)])
    )


def _without_projects(sources: Sources) -> Iterator[Problem]:
    for path, deployment, stage in sources.stages():
        for obstacle in obstacles(sources.config, deployment):
            if obstacle.stage_name == stage.stage_name:
                message = f"this set gets its infrastructure and no projects: {obstacle}"
                yield sources.app_document.problem((*path, "stage_name"), message)


def _untracked(sources: Sources) -> Iterator[Problem]:
    """Each file has a key of its own: the delivered portfolio reads one of them alone."""
    for path, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        dev = stage.stage_name.lower() == StageName.DEV
        if dev and studio and studio.mlflow and not deployment.projects.mlflow:
            message = (
                f"dev of set '{deployment.set_name}' has an MLflow App, in which notebooks track "
                "runs and builds of projects do not; they do with 'projects.mlflow: true' here"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)


def _own_names(sources: Sources) -> Iterator[Problem]:
    """Projects are promoted to stages of two names; what another one means cannot be guessed."""
    known = [str(name) for name in DELIVERY_ORDER]
    for path, _, stage in sources.stages():
        if stage.stage_name.lower() not in known:
            message = (
                f"stage '{stage.stage_name}' gets its infrastructure only: projects are promoted "
                f"to '{StageName.PREPROD}' and '{StageName.PROD}', whatever other stages there are"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)
    for index, deployment in enumerate(sources.config.deployments):
        missing = [name for name in known[1:] if deployment.stage(name) is None]
        if deployment.enabled and missing and deployment.stage(StageName.DEV):
            message = (
                f"set '{deployment.set_name}' has no stage {' and no stage '.join(missing)}: its "
                "projects train and register models, and cannot promote them there"
            )
            yield sources.app_document.problem((APP_ROOT, "deployments", index, "stages"), message)
