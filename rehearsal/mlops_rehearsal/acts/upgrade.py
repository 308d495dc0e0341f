"""Act 12: a developer publishes a changed product; the push starts the pipeline that offers it."""

from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES
from mlops_rehearsal.acts.deliveries import Delivery, delivery, started, waiting
from mlops_rehearsal.acts.deliveries_of_sets import WRAPPER
from mlops_rehearsal.acts.pipelines import action_rows
from mlops_rehearsal.acts.product_change import ProductChange, change_product
from mlops_rehearsal.acts.project_state import ProjectState, state_of
from mlops_rehearsal.acts.source_code import pushed
from mlops_rehearsal.player.started import play_run
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.personas import persona_credentials
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

APP: Final = "template"
PRODUCTS: Final = "cdk_service_catalog/products"
OTHER_BRANCH: Final = "an-experiment"
MESSAGE: Final = "Say in new projects which version they were made from"
AS_A_DEVELOPER: Final = (("generate", "--snapshots"),)
"""What docs/how-to/add-a-product.md says of a changed product."""


def play_upgrade(world: World) -> tuple[Evidence, ...]:
    """Change a launched product, publish it, and look at what the push has done."""
    before = {project.full_name: state_of(world, project) for project in world.projects}
    change = change_product(
        world.checkout / APP_DIRECTORIES[APP] / PRODUCTS, world.projects[0].product
    )
    offered = [p for p in world.projects if p.product == change.product]
    old = [_offered(world, project) for project in offered]
    deliveries = [delivery(world, d, APP) for d in sets_with_projects(world.config)]
    pushes = [_push_elsewhere(world, found) for found in deliveries if found.remote]
    _publish(world, change)
    actions: list[Mapping[str, str]] = []
    for found in deliveries:
        run = started(world, found)
        commit, played = play_run(world, run)
        pushes.append(_push(found, found.branch, commit, run.started_by))
        actions += action_rows(run.pipeline, commit, played)
    return (
        Evidence("pushes", tuple(pushes)),
        Evidence("actions", tuple(actions)),
        Evidence("versions", tuple(_versions(world, change, offered, old))),
        Evidence("projects", tuple(_unchanged(world, p, before) for p in world.projects)),
    )


def _push_elsewhere(world: World, found: Delivery) -> Mapping[str, str]:
    """A push to a branch that the pipeline does not follow: it may start nothing."""
    world.say(f"git push to {OTHER_BRANCH} of {found.repository}")
    commit = pushed(world, found.remote, OTHER_BRANCH, "Try something")
    runs = waiting(world, found)
    if runs:
        raise PlatformError(
            f"a push to {OTHER_BRANCH} has started '{found.pipeline}'",
            hint=f"see the pattern of the rule: {runs[0].started_by}",
        )
    return _push(found, OTHER_BRANCH, commit, "nothing")


def _publish(world: World, change: ProductChange) -> None:
    """What a developer does with a changed product, then the verb that pushes it."""
    chosen = ("--set", world.set_name) if world.set_name else ()
    publish = (APP, "publish", "-m", MESSAGE, "--yes", *chosen)
    world.say(f"'{change.slug}' is changed: version {change.before} becomes {change.after}")
    for arguments in (*AS_A_DEVELOPER, publish):
        world.say(f"./{WRAPPER} {' '.join(arguments)}")
        world.program(
            f"upgrade-{arguments[0]}-{arguments[1].strip('-')}",
            ["/bin/bash", WRAPPER, *arguments],
            cwd=world.checkout,
            environment=world.environment(),
        )


def _offered(world: World, project: Project) -> list[str]:
    """The versions of a project's product, as a lead can launch them."""
    lead = persona_credentials(world, project.dev, Persona.LEAD_DATA_SCIENTIST)
    catalog = world.client("servicecatalog", project.dev.region, lead)
    products = catalog.search_products()["ProductViewSummaries"]
    (found,) = [p["ProductId"] for p in products if p["Name"] == project.product]
    versions = catalog.list_provisioning_artifacts(ProductId=found)
    return [version["Name"] for version in versions["ProvisioningArtifactDetails"]]


def _versions(
    world: World, change: ProductChange, offered: list[Project], old: list[list[str]]
) -> Iterator[Mapping[str, str]]:
    for project, before in zip(offered, old, strict=True):
        now = _offered(world, project)
        if change.before not in before or change.after not in now:
            raise PlatformError(
                f"'{change.product}' was offered as {before} and is now offered as {now}; "
                f"{change.after} should have come",
                hint="see the actions of the stage dev in the pipeline of the templates",
            )
        yield {
            "set": project.deployment.set_name,
            "product": change.product,
            "offered before": ", ".join(before),
            "offered now": ", ".join(now),
        }


def _unchanged(
    world: World, project: Project, before: Mapping[str, ProjectState]
) -> Mapping[str, str]:
    """A project is what it was at its launch, until somebody updates it."""
    was, now = before[project.full_name], state_of(world, project)
    if was != now:
        raise PlatformError(
            f"the upgrade has changed the project {project.full_name}:\n"
            + "\n".join(was.differences(now)),
            hint="a project changes by UpdateProvisionedProduct only",
        )
    return {"project": project.full_name, **now.as_row(), "changed": "nothing"}


def _push(found: Delivery, branch: str, commit: str, started: str) -> Mapping[str, str]:
    return {
        "repository": found.repository,
        "branch": branch,
        "commit": commit[:12],
        "started by": started,
    }
