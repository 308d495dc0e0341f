"""Deliveries that begin outside of CodeCommit: a git host that people use, archives in S3.

The host is there before; a person finishes the connection that a stack has made; then `publish`
brings the code.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from mlops_commons.config import Deployment
from mlops_commons.delivery_source import REMOTES, DeliverySource, GitProvider, SourceType
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.deliveries_of_sets import delivered
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World

MESSAGE: Final = "The first delivery"
NOT_INSTALLED: Final = "example/somebody-elses"
"""A repository of the host for which nobody has installed the provider's app."""


def prepare_host(world: World) -> Iterator[Evidence]:
    """A git host with empty repositories, and what git on a person's machine knows of it."""
    found = list(_at_host(world))
    if not found:
        return
    repositories = [source.repository_of(d.set_name) for d, _, source in found]
    url, token = world.emulator.git_host([*repositories, NOT_INSTALLED])
    place = urlsplit(url)
    kept = world.folder / "git-credentials"
    kept.touch(mode=0o600)
    kept.write_text(f"{place.scheme}://person:{token}@{place.netloc}\n", encoding="utf-8")
    usual = REMOTES[GitProvider.GITHUB].partition("{")[0]
    with world.git_configuration_file.open("a", encoding="utf-8") as file:
        file.write(
            f'[url "{url}"]\n\tinsteadOf = "{usual}"\n'
            f'[http]\n\tsslCAInfo = "{world.emulator.certificate}"\n'
            f'[credential]\n\thelper = "store --file={kept}"\n'
        )
    for arn in {source.connection_arn for _, _, source in found} - {""}:
        own = [s.repository_of(d.set_name) for d, _, s in found if s.connection_arn == arn]
        world.emulator.finish_connection(arn, own, there_before=True)
    yield Evidence("repositories at a git host", tuple({"repository": r} for r in repositories))


def bring_code(world: World) -> Iterator[Evidence]:
    """Finish what a person has to finish, and publish wherever the deployment has no code yet."""
    connections = []
    for deployment, app, source in _at_host(world):
        repository = source.repository_of(deployment.set_name)
        arn = source.connection_arn or _made(world, deployment, app, source)
        _refused(world, arn, NOT_INSTALLED, source.branch_name)
        if source.makes_connection:
            pending = _refused(world, arn, repository, source.branch_name)
            world.emulator.finish_connection(arn, [repository])
            connections.append({"connection": arn, "before": pending, "now": "AVAILABLE"})
        empty = _refused(world, arn, repository, source.branch_name)
        connections.append({"connection": arn, "before": empty, "now": "published"})
    apps = dict.fromkeys(
        app
        for _, app in delivered(world)
        if world.config.pipeline.source_of(app).type is not SourceType.CODECOMMIT
    )
    for app in apps:
        chosen = ("--set", world.set_name) if world.set_name else ()
        world.say(f"./mlops-multi-account.sh {app} publish")
        wrapper(world, f"publish-{app}", app, "publish", "-m", MESSAGE, "--yes", *chosen)
    if connections:
        yield Evidence("connections", tuple(connections))


def _at_host(world: World) -> Iterator[tuple[Deployment, str, DeliverySource]]:
    for deployment, app in delivered(world):
        source = world.config.pipeline.source_of(app)
        if source.type is SourceType.CONNECTION:
            yield deployment, app, source


def _made(world: World, deployment: Deployment, app: str, source: DeliverySource) -> str:
    place = world.config.pipeline
    stacks = world.administrator("cloudformation", place.account, place.region)
    stack = names.source_stack(app, deployment.set_name, source.type)
    found = stacks.describe_stack_resource(StackName=stack, LogicalResourceId="Connection")
    arn: str = found["StackResourceDetail"]["PhysicalResourceId"]
    return arn


def _refused(world: World, arn: str, repository: str, branch: str) -> str:
    """Why the connection does not lead to the branch yet.

    Raises:
        PlatformError: it does.
    """
    wanted: Mapping[str, str] = {
        "ConnectionArn": arn,
        "FullRepositoryId": repository,
        "BranchName": branch,
    }
    try:
        world.emulator.fetched(wanted)
    except PlatformError as error:
        return error.message
    raise PlatformError(
        f"{arn} leads to {branch} of {repository}, which nobody has let it",
        hint="see ministack_aws/delivery/triggers.py",
    )
