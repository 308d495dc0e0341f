"""Act 4: every pipeline runs, from the first commit to the last account."""

from collections.abc import Mapping, Sequence

from mlops_commons.utilities import names
from mlops_rehearsal.acts.first_deploy import delivered
from mlops_rehearsal.player.run import PlayedAction, play_pipeline
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


def play_pipelines(world: World) -> tuple[Evidence, ...]:
    """For every set the pipeline of the infrastructure, then that of the project templates."""
    place, config = world.config.pipeline, world.config
    rows: list[Mapping[str, str]] = []
    for deployment, app in delivered(world):
        branch = place.source_of(app).branch_name
        name = names.pipeline(config.app_prefix, app, branch, deployment.set_name)
        commit, played = play_pipeline(world, name, place.account, place.region)
        rows += action_rows(name, commit, played)
    return (Evidence("actions", tuple(rows)),)


def action_rows(
    pipeline: str, commit: str, played: Sequence[PlayedAction]
) -> list[Mapping[str, str]]:
    """What the actions of a run have shown."""
    return [
        {
            "pipeline": pipeline,
            "commit": commit[:12],
            "stage": action.stage,
            "action": action.action,
            "provider": action.provider,
            "seconds": f"{action.seconds:.1f}",
            "result": action.result,
        }
        for action in played
    ]
