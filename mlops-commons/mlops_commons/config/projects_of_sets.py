"""Which sets can have projects, and what blocks those that cannot.

Infrastructure is delivered to every set; a set without projects is one that the template app leaves
out. Nothing here concerns any other set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.image_accounts import image_accounts
from mlops_commons.region_services import (
    OF_DEPLOYED_MODELS,
    OF_PROJECTS,
    in_words,
    missing_services,
)
from mlops_commons.stage import CreateNetwork, Deployment, EgressMode, PlatformConfig, Stage
from mlops_commons.utilities.paths import APP_DIRECTORIES

TEMPLATES: Final = "template"
INDEX: Final = (
    "name one that dev's VPC reaches in cdk-app.yml, projects.package_index or "
    "org.builds.pip_index_url: https://..., or take "
    f"egress '{EgressMode.NAT}' for dev in cdk-infra-app.yml"
)


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Why a set has no projects.

    Attributes:
        stage_name: the stage that it is about.
        remedy: what to change.
    """

    stage_name: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}"


def obstacles(config: PlatformConfig, deployment: Deployment) -> tuple[Obstacle, ...]:
    """What blocks projects of a set; nothing where it can have them, or is to have none."""
    dev = deployment.dev if deployment.projects.enabled else None
    return tuple(_obstacles(config, deployment, dev)) if dev else ()


def sets_with_projects(config: PlatformConfig) -> tuple[Deployment, ...]:
    """The enabled sets that have projects: they are to, in a dev stage, and nothing blocks them."""
    return tuple(
        deployment
        for deployment in config.enabled_deployments
        if deployment.projects.enabled and deployment.dev and not obstacles(config, deployment)
    )


def apps_of(config: PlatformConfig, deployment: Deployment) -> tuple[str, ...]:
    """The apps that a set gets: infrastructure always, templates where it has projects."""
    has_projects = deployment in sets_with_projects(config)
    return tuple(app for app in APP_DIRECTORIES if app != TEMPLATES or has_projects)


def delivered_apps(config: PlatformConfig) -> tuple[str, ...]:
    """The apps that any set gets: templates cannot be synthesised where none has projects."""
    wanted = not config.enabled_deployments or sets_with_projects(config)
    return tuple(app for app in APP_DIRECTORIES if app != TEMPLATES or wanted)


def why_left_out(config: PlatformConfig, deployment: Deployment, app: str) -> str:
    """Why a set does not get an app; empty where it does."""
    if app in apps_of(config, deployment):
        return ""
    name = deployment.set_name
    if not deployment.projects.enabled:
        return f"set '{name}' is to have no projects: 'projects' has 'enabled: false'"
    if deployment.dev is None:
        return f"set '{name}' has no enabled stage with role dev, where projects begin"
    return "; ".join(map(str, obstacles(config, deployment)))


def _obstacles(config: PlatformConfig, deployment: Deployment, dev: Stage) -> Iterator[Obstacle]:
    yield from _other_regions(deployment, dev)
    missing = [*missing_services(dev.region, (*OF_PROJECTS, *OF_DEPLOYED_MODELS))]
    missing += [] if dev.region in image_accounts() else ["images of SageMaker"]
    if missing:
        yield Obstacle(
            stage_name=dev.stage_name,
            message=f"{dev.region} lacks what projects of set '{deployment.set_name}' need: "
            + in_words(missing),
            remedy="take another region for this set",
        )
    network = config.network(deployment.set_name, dev.stage_name)
    closed = isinstance(network, CreateNetwork) and network.egress is EgressMode.ENDPOINTS_ONLY
    if closed and not config.package_index(deployment):
        # Each build would wait for the public index until it fails.
        yield Obstacle(
            stage_name=dev.stage_name,
            message=f"with egress '{EgressMode.ENDPOINTS_ONLY}' in dev, the builds of projects of "
            f"set '{deployment.set_name}' reach no public package index",
            remedy=INDEX,
        )


def _other_regions(deployment: Deployment, dev: Stage) -> Iterator[Obstacle]:
    """A version of a model, its image and its key serve one region only."""
    elsewhere = [stage for stage in deployment.enabled_stages if stage.region != dev.region]
    if elsewhere:
        named = ", ".join(f"{stage.stage_name} in {stage.region}" for stage in elsewhere)
        yield Obstacle(
            stage_name=elsewhere[0].stage_name,
            message=f"projects of set '{deployment.set_name}' cannot deploy outside of dev's "
            f"region {dev.region}: {named}",
            remedy="give all stages of this set one region in cdk-app.yml",
        )
