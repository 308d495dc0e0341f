"""Act 4: every pipeline runs, from the first commit to the last account."""

from collections.abc import Mapping, Sequence

from mlops_commons.delivery_source import SourceType
from mlops_rehearsal.acts.deliveries import delivery, started
from mlops_rehearsal.acts.deliveries_of_sets import delivered
from mlops_rehearsal.player.run import PlayedAction, play_pipeline
from mlops_rehearsal.player.started import play_run
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


def play_pipelines(world: World) -> tuple[Evidence, ...]:
    """For every set the pipeline of the infrastructure, then that of the project templates."""
    place = world.config.pipeline
    rows: list[Mapping[str, str]] = []
    for deployment, app in delivered(world):
        found = delivery(world, deployment, app)
        if place.source_of(app).type is SourceType.CODECOMMIT:
            commit, played = play_pipeline(world, found.pipeline, place.account, place.region)
        else:
            # What the pipeline would have begun with came after it: that has started it.
            commit, played = play_run(world, started(world, found))
        rows += action_rows(found.pipeline, commit, played)
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
