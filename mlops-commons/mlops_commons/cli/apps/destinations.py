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

PUBLISHED: Final = "published"
"""How begins what is said of a set whose source now has the snapshot."""


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


def _to_codecommit(wanted: Wanted) -> str:
    """A push, or a pull request where the configuration has reviewers; what to say of it."""

    config, repository = wanted.config, wanted.repository
    branch = wanted.source.branch_name
    wanted.announce(f"{repository} ({branch})")
    author = author_of(config, wanted.app, wanted.set_name)
    profile = as_profile(child_environment(), config.pipeline.bootstrap.aws_profile)
    environment = author.environment(profile) if author else profile
    remote = codecommit_remote(config.pipeline.region, repository)
    found = _pushed(wanted, remote, environment, proposed=author is not None)
    if found and author:
        return author.propose(repository, found, branch, wanted.message)
    return f"{PUBLISHED} {found.commit[:12]}" if found else ""


def _to_git_host(wanted: Wanted) -> str:
    """A push with what git of this machine knows of the host; what to say of it."""
    remote = wanted.source.remote_of(wanted.set_name)
    wanted.announce(f"{remote} ({wanted.source.branch_name})")
    found = _pushed(wanted, remote, child_environment(), seeded=False)
    return f"{PUBLISHED} {found.commit[:12]}" if found else ""


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


def _to_s3(wanted: Wanted) -> str:
    """An upload with the profile of governance; what to say of it."""

    store = archive_of(wanted.config, wanted.app, wanted.set_name)
    wanted.announce(f"s3://{store.bucket}")
    version = publish_archive(
        wanted.content,
        store,
        environment=child_environment(),
        confirm=wanted.confirm,
        review=wanted.review,
        overwrite=wanted.overwrite,
    )
    return f"{PUBLISHED} as version {version}" if version else ""


DESTINATIONS: Final[Mapping[SourceType, Callable[[Wanted], str]]] = {
    SourceType.CODECOMMIT: _to_codecommit,
    SourceType.CONNECTION: _to_git_host,
    SourceType.S3: _to_s3,
}


def published(wanted: Wanted) -> str:
    """Publish one set where its pipeline takes it from; what to say, or nothing for no change.

    Raises:
        PlatformError: as `publish` of publication.py and `publish_archive` say.
    """
    return DESTINATIONS[wanted.source.type](wanted)
