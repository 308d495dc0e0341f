"""What is valid and does less than its writer may expect, with the line."""

from collections.abc import Iterator

from mlops_commons.config.projects_of_sets import obstacles
from mlops_commons.config.sources import Sources
from mlops_commons.contract import StageRole
from mlops_commons.utilities.errors import Problem


def notes(sources: Sources) -> tuple[Problem, ...]:
    """Notes on the sets that are delivered, in the order of the file."""
    return tuple(
        dict.fromkeys([*_without_projects(sources), *_untracked(sources), *_dev_alone(sources)])
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
        dev = stage.role is StageRole.DEV and deployment.projects.enabled
        if dev and studio and studio.mlflow and not deployment.projects.mlflow:
            message = (
                f"{stage.stage_name} of set '{deployment.set_name}' has an MLflow App, in which "
                "notebooks track runs and builds of projects do not; they do with "
                "'projects.mlflow: true' here"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)


def _dev_alone(sources: Sources) -> Iterator[Problem]:
    for path, deployment, stage in sources.stages():
        if deployment.projects.enabled and deployment.enabled_stages == (stage,):
            message = (
                f"set '{deployment.set_name}' has no stage after {stage.stage_name}: its projects "
                "train, register and deploy models there, and promote them nowhere"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)
