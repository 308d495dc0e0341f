"""Checks of where the delivery pipelines take what they deliver."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.source_model import DeliverySourceFile
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.delivery_source import (
    ON_OWN_HOSTS,
    REMOTES,
    SET,
    DeliverySource,
    GitProvider,
    SourceType,
)
from mlops_commons.utilities.errors import Problem

SOURCE: KeyPath = (APP_ROOT, "pipeline", "source")
APPS: Final = {"infra": "infra", "project_template": "template"}
"""The keys of the block, and the apps by their names on the command line."""
PLAIN: Final = r"[A-Za-z0-9._/-]+"
"""CodePipeline User Guide, "Working with glob patterns in syntax": what stands for itself."""
GROUPED: Final = (GitProvider.GITLAB, GitProvider.GITLAB_SELF_MANAGED)
"""Hosts where a repository lies in groups of groups (GitLab Docs, "Subgroups")."""
HOSTED: Final = r"[A-Za-z0-9_.-]{1,100}"
"""GitHub Docs, "Creating a new repository": 100 characters of these; no other host takes a space
but Azure DevOps, whose projects have names with spaces."""
INSTEAD: Final[Mapping[SourceType, str]] = {
    SourceType.CODECOMMIT: "repositories in CodeCommit are named under pipeline.code_commit",
    SourceType.S3: "the platform names the bucket and the archive",
}


def _each(sources: Sources) -> Iterator[tuple[KeyPath, DeliverySourceFile, DeliverySource]]:
    for key, app in APPS.items():
        written = getattr(sources.app.pipeline.source, key)
        yield (*SOURCE, key), written, sources.config.pipeline.source_of(app)


def keys_of_the_type(sources: Sources) -> Iterator[Problem]:
    """A key that a source of this type does not read would say something that does not hold."""
    for path, written, source in _each(sources):
        if source.type is SourceType.CONNECTION:
            continue
        for key in sorted(written.model_fields_set - {"type"}):
            if getattr(written, key) is not None:
                message = (
                    f"'{key}' is of a connection, and the source is '{source.type}': "
                    f"{INSTEAD[source.type]}; remove the line, or write type: connection"
                )
                yield sources.app_document.problem((*path, key), message)


def connections_are_complete(sources: Sources) -> Iterator[Problem]:
    """A connection is there or can be made, and git knows where the repository is."""
    for path, _, source in _each(sources):
        if source.type is SourceType.CONNECTION:
            for key, message in _of_connection(sources, source):
                found = (*path, key) in sources.app_document.lines
                yield sources.app_document.problem((*path, key) if found else path, message)


def _of_connection(sources: Sources, source: DeliverySource) -> Iterator[tuple[str, str]]:
    if not source.repository:
        yield "repository", "a connection needs a repository: repository: OWNER/NAME"
    else:
        yield from _of_repository(source)
    if not source.connection_arn and source.provider is None:
        yield (
            "type",
            "a connection needs a connection_arn, or a provider to which the platform makes one",
        )
    if not source.connection_arn and source.provider in ON_OWN_HOSTS:
        yield (
            "provider",
            f"a connection to {source.provider} takes a host, which is made in the console: "
            "Developer Tools, Settings, Connections, Hosts; make the connection there too, and "
            "write its ARN under connection_arn",
        )
    if not source.remote and source.provider not in REMOTES:
        yield "provider", "every company has another address of this host; name it under remote"
    if not re.fullmatch(PLAIN, source.branch_name):
        yield (
            "branch_name",
            f"'{source.branch_name}' has characters that mean more in the filter of a trigger, "
            "which is a pattern; take a branch of letters, digits and . _ / -",
        )
    yield from _of_arn(sources, source.connection_arn)


def _of_repository(source: DeliverySource) -> Iterator[tuple[str, str]]:
    """The name is one that its host gives; whatever the set is called, that changes nothing."""
    if source.provider in (None, GitProvider.AZURE_DEVOPS):
        return
    parts = source.repository_of("x").split("/")
    if not all(re.fullmatch(HOSTED, part) for part in parts):
        yield (
            "repository",
            f"'{source.repository}' is no repository of {source.provider}: letters, digits and "
            ". _ - are allowed, up to 100 in a part",
        )
    elif source.provider not in GROUPED and len(parts) > 2:
        yield (
            "repository",
            f"'{source.repository}' has {len(parts)} parts, and a repository of {source.provider} "
            "has two: write OWNER/NAME",
        )


def _of_arn(sources: Sources, arn: str) -> Iterator[tuple[str, str]]:
    governance = sources.config.pipeline
    if arn.count(":") < 5:
        return
    _, partition, service, region, account, _ = arn.split(":", 5)
    expected = region_partitions().get(governance.region, partition)
    if partition != expected:
        yield (
            "connection_arn",
            f"'{arn}' is in the partition '{partition}', and {governance.region} in '{expected}'",
        )
    if region != governance.region:
        yield (
            "connection_arn",
            f"the connection is in {region}, and the pipelines are in {governance.region}; a "
            "pipeline uses connections of its own region",
        )
    # Developer Tools console User Guide, "Share connections with AWS accounts".
    if account != governance.account and service == "codestar-connections":
        yield (
            "connection_arn",
            f"the connection belongs to {account}, the pipelines to {governance.account}; only a "
            "connection whose ARN begins with arn:aws:codeconnections can be shared by AWS RAM",
        )


def each_set_has_its_own(sources: Sources) -> Iterator[Problem]:
    """`publish` writes the whole content of a branch, with the configuration of one set."""
    config = sources.config
    if len(config.enabled_deployments) < 2:
        return
    for path, _, source in _each(sources):
        for key in ("repository", "remote"):
            written = getattr(source, key)
            if source.type is SourceType.CONNECTION and written and SET not in written:
                sets = ", ".join(deployment.set_name for deployment in config.enabled_deployments)
                message = (
                    f"'{written}' would be the repository of several sets ({sets}), and each "
                    f"publishes its own configuration; write {SET} where the set's name belongs"
                )
                yield sources.app_document.problem((*path, key), message)


def reviews_are_of_codecommit(sources: Sources) -> Iterator[Problem]:
    """The approval rule is CodeCommit's; elsewhere it would be believed in and not there."""
    if not sources.config.pipeline.reviews.reviewers:
        return
    for path, _, source in _each(sources):
        if source.type is not SourceType.CODECOMMIT:
            instead = (
                "protect the branch at the git host"
                if source.type is SourceType.CONNECTION
                else "an archive in S3 cannot be reviewed: take another source"
            )
            message = (
                f"pipeline.reviews holds for CodeCommit only, and the source is '{source.type}': "
                f"{instead}, and remove the block pipeline.reviews"
            )
            yield sources.app_document.problem((*path, "type"), message)
