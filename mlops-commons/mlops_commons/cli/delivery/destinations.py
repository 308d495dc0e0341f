"""Where `publish` brings a snapshot: CodeCommit, a git host, an archive in S3."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from mlops_commons.accounts.archives import archive_of
from mlops_commons.accounts.authors import author_of
from mlops_commons.cli.environment import as_profile, child_environment
from mlops_commons.config import PlatformConfig
from mlops_commons.config.published import brought_file
from mlops_commons.delivery_source import DeliverySource, SourceType
from mlops_commons.utilities.archive_publication import publish_archive
from mlops_commons.utilities.publication import (
    Publication,
    Published,
    codecommit_remote,
    publish,
)
from mlops_commons.utilities.snapshot import Snapshot

NOTHING: Final = "nothing published"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Where a snapshot is, once it is published or was there before.

    Attributes:
        said: what to say of it.
        commit: what CodePipeline calls its revision: a commit, or the version of an archive.
        changed: false where the source held it before.
        proposed: whether it waits for a review.
    """

    said: str
    commit: str
    changed: bool = True
    proposed: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is to be published of one set, and under which conditions."""

    config: PlatformConfig
    app: str
    set_name: str
    content: Snapshot
    message: str
    confirm: Callable[[str], bool]
    review: Callable[[Path], None]
    overwrite: bool

    @property
    def source(self) -> DeliverySource:
        """Where it goes."""
        return self.config.pipeline.source_of(self.app)

    @property
    def repository(self) -> str:
        """The repository of the set."""
        return self.source.repository_of(self.set_name)

    def announce(self, where: str) -> None:
        """Say where it goes, before anybody is asked."""
        typer.secho(f"== {where}", err=True, bold=True)


def _to_codecommit(wanted: Wanted) -> Arrival | None:
    """A push, or a pull request where the configuration has reviewers."""
    config, repository = wanted.config, wanted.repository
    branch = wanted.source.branch_name
    wanted.announce(f"{repository} ({branch})")
    author = author_of(config, wanted.app, wanted.set_name)
    profile = as_profile(child_environment(), config.pipeline.bootstrap.aws_profile)
    environment = author.environment(profile) if author else profile
    remote = codecommit_remote(config.pipeline.region, repository)
    found = _pushed(wanted, remote, environment, proposed=author is not None)
    if found and found.proposed and author:
        said = author.propose(repository, found, branch, wanted.message)
        return Arrival(said=said, commit=found.commit, proposed=True)
    return _arrival(found)


def _to_git_host(wanted: Wanted) -> Arrival | None:
    """A push with what git of this machine knows of the host."""
    remote = wanted.source.remote_of(wanted.set_name)
    wanted.announce(f"{remote} ({wanted.source.branch_name})")
    return _arrival(_pushed(wanted, remote, child_environment(), seeded=False))


def _arrival(found: Published | None) -> Arrival | None:
    if found is None:
        return None
    said = f"published {found.commit[:12]}" if found.changed else NOTHING
    return Arrival(said=said, commit=found.commit, changed=found.changed)


def _pushed(
    wanted: Wanted, remote: str, environment: Mapping[str, str], **more: bool
) -> Published | None:

    return publish(
        Publication(
            content=wanted.content,
            remote=remote,
            branch=wanted.source.branch_name,
            message=wanted.message,
            **more,
        ),
        environment=environment,
        confirm=wanted.confirm,
        review=wanted.review,
        overwrite=wanted.overwrite,
        memory=brought_file(wanted.app, wanted.set_name),
    )


def _to_s3(wanted: Wanted) -> Arrival | None:
    """An upload with the profile of governance."""
    store = archive_of(wanted.config, wanted.app, wanted.set_name)
    wanted.announce(f"s3://{store.bucket}")
    answers: list[bool] = []

    def confirmed(difference: str) -> bool:
        answers.append(wanted.confirm(difference))
        return answers[-1]

    version = publish_archive(
        wanted.content,
        store,
        environment=child_environment(),
        confirm=confirmed,
        review=wanted.review,
        overwrite=wanted.overwrite,
    )
    if version:
        return Arrival(said=f"published as version {version}", commit=version)
    if answers:
        return None
    there = store.fetch()
    return Arrival(said=NOTHING, commit=there.version if there else "", changed=False)


DESTINATIONS: Final[Mapping[SourceType, Callable[[Wanted], Arrival | None]]] = {
    SourceType.CODECOMMIT: _to_codecommit,
    SourceType.CONNECTION: _to_git_host,
    SourceType.S3: _to_s3,
}


def published(wanted: Wanted) -> Arrival | None:
    """Publish one set where its pipeline takes it from; None where somebody has said no.

    Raises:
        PlatformError: as `publish` of publication.py and `publish_archive` say.
    """
    return DESTINATIONS[wanted.source.type](wanted)
