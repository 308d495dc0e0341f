"""Act 3: a person deploys repositories and pipelines, with the profile of governance."""

from collections.abc import Iterator, Mapping

from mlops_commons.utilities import names
from mlops_commons.utilities.paths import APP_DIRECTORIES
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World

WRAPPER = "mlops-multi-account.sh"


def apps_of(world: World) -> tuple[str, ...]:
    """The apps that the checkout has, the infrastructure first."""
    return tuple(
        app for app, folder in APP_DIRECTORIES.items() if (world.checkout / folder).is_dir()
    )


def play_first_deploy(world: World) -> tuple[Evidence, ...]:
    """`deploy --all` of every app through the wrapper, as the README says it."""
    for app in apps_of(world):
        world.say(f"./{WRAPPER} {app} deploy --all")
        world.program(
            f"deploy-{app}",
            ["/bin/bash", WRAPPER, app, "deploy", "--all", "--require-approval", "never"],
            cwd=world.checkout,
            environment=world.environment(),
        )
    return (Evidence("stacks", tuple(_rows(world))),)


def _rows(world: World) -> Iterator[Mapping[str, str]]:
    place = world.config.pipeline
    stacks = world.administrator("cloudformation", place.account, place.region)
    for app in apps_of(world):
        for deployment in world.config.enabled_deployments:
            for stack in (
                names.repository_stack(app, deployment.set_name),
                names.pipeline_stack(app, deployment.set_name),
            ):
                found = stacks.describe_stacks(StackName=stack)["Stacks"][0]
                yield {"account": place.account, "stack": stack, "status": found["StackStatus"]}
