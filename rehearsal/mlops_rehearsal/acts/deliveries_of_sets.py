"""Which apps are delivered to which account sets."""

from collections.abc import Iterator

from mlops_commons.config import Deployment
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.utilities.paths import APP_DIRECTORIES
from mlops_rehearsal.world.world import World

WRAPPER = "mlops-multi-account.sh"
TEMPLATES = "template"
"""The app with the templates of projects."""


def apps_of(world: World) -> tuple[str, ...]:
    """The apps that the checkout has, the infrastructure first."""
    return tuple(
        app for app, folder in APP_DIRECTORIES.items() if (world.checkout / folder).is_dir()
    )


def delivered(world: World) -> Iterator[tuple[Deployment, str]]:
    """Every set with each app that is delivered to it; one without projects has no templates."""
    with_projects = sets_with_projects(world.config)
    for deployment in world.config.enabled_deployments:
        for app in apps_of(world):
            if app != TEMPLATES or deployment in with_projects:
                yield deployment, app
