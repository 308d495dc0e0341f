"""Act 3: a person deploys repositories and pipelines, with the profile of governance."""

from collections.abc import Iterator, Mapping

from mlops_commons.config import Deployment
from mlops_commons.utilities import names
from mlops_rehearsal.acts.deliveries_of_sets import TEMPLATES, WRAPPER, apps_of, delivered
from mlops_rehearsal.acts.sources import bring_code
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


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
    stacks = Evidence("stacks", tuple(_rows(world)))
    return (stacks, *bring_code(world))


def _rows(world: World) -> Iterator[Mapping[str, str]]:
    place = world.config.pipeline
    for deployment, app in delivered(world):
        pipeline = names.pipeline_stack(app, deployment.set_name)
        source = place.source_of(app)
        begin = names.source_stack(app, deployment.set_name, source.type)
        for stack, region in (
            *([(begin, place.region)] if source.has_stack else []),
            (pipeline, place.region),
            *((f"{pipeline}-support-{away}", away) for away in _elsewhere(world, deployment, app)),
        ):
            stacks = world.administrator("cloudformation", place.account, region)
            found = stacks.describe_stacks(StackName=stack)["Stacks"][0]
            yield {
                "account": place.account,
                "region": region,
                "stack": stack,
                "status": found["StackStatus"],
            }


def _elsewhere(world: World, deployment: Deployment, app: str) -> list[str]:
    """The further regions to which an app's pipeline delivers."""
    dev = deployment.dev
    stages = [dev] if app == TEMPLATES and dev else deployment.enabled_stages
    return sorted({stage.region for stage in stages} - {world.config.pipeline.region})
