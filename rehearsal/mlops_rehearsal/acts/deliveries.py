"""The repository of an app and set, the pipeline that follows it, and the runs that wait there."""

from dataclasses import dataclass

from mlops_commons.config import Deployment
from mlops_commons.delivery_source import SourceType
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.publication import codecommit_remote
from mlops_rehearsal.player.started import StartedRun, started_runs
from mlops_rehearsal.world.denials import denials
from mlops_rehearsal.world.world import World


@dataclass(frozen=True)
class Delivery:
    """Where what an account set gets of an app comes from, and the pipeline that delivers it.

    Attributes:
        repository, remote: empty for an archive in S3.
    """

    repository: str
    remote: str
    branch: str
    pipeline: str


def delivery(world: World, deployment: Deployment, app: str) -> Delivery:
    """The delivery of an app to a set."""
    place, source = world.config.pipeline, world.config.pipeline.source_of(app)
    repository = source.repository_of(deployment.set_name)
    at_host = source.remote_of(deployment.set_name)
    in_codecommit = codecommit_remote(place.region, repository, place.bootstrap.aws_profile)
    return Delivery(
        repository=repository,
        remote=in_codecommit if source.type is SourceType.CODECOMMIT else at_host,
        branch=source.branch_name,
        pipeline=names.pipeline(
            world.config.app_prefix, app, source.branch_name, deployment.set_name
        ),
    )


def waiting(world: World, found: Delivery) -> list[StartedRun]:
    """The runs of its pipeline that nobody has played yet."""
    place = world.config.pipeline
    return started_runs(world, found.pipeline, place.account, place.region)


def started(world: World, found: Delivery) -> StartedRun:
    """The one run that a push has started.

    Raises:
        PlatformError: it has started none, or several.
    """
    runs = waiting(world, found)
    if len(runs) != 1:
        account = world.config.pipeline.account
        denied = denials(world, account, "codepipeline:StartPipelineExecution")
        raise PlatformError(
            f"publishing has started {len(runs)} runs of '{found.pipeline}' instead of one{denied}",
            hint="see the rule of the repository in the stack of the pipeline, and its role",
        )
    return runs[0]
