"""The questions about people, tags, the boundary and sources: what a company wants everywhere."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.config.making.prompts import NONE, Prompts
from mlops_commons.config.org_model import BoundaryName
from mlops_commons.config.source_model import ConnectionArn, Remote, RepositoryName
from mlops_commons.config.values import Branch, Email, Shape, Text
from mlops_commons.config.writing.answers import Answers, SourceAnswer, UsersAnswer
from mlops_commons.config.writing.denials import NOTHING, denials_of
from mlops_commons.contract import USER_GROUPS
from mlops_commons.delivery_source import (
    ON_OWN_HOSTS,
    REMOTES,
    DeliverySource,
    GitProvider,
    SourceType,
)
from mlops_commons.utilities.errors import PlatformError

Tag = Annotated[
    Text, Shape("[^=,]{1,128}=[^,]{1,256}", "a tag with its value, such as cost-centre=0042")
]
# UserProfileName (SageMaker API Reference, CreateUserProfile); the prefix goes in front.
User = Annotated[
    Text, Shape("[A-Za-z0-9](-*[A-Za-z0-9]){0,62}", "a name of letters, digits and hyphens")
]
APPS: Final = {"infra": "the infrastructure", "project_template": "the project templates"}
"""The apps as `pipeline.source` names them."""
MADE: Final = tuple(str(p) for p in GitProvider if p not in ON_OWN_HOSTS)
"""Hosts to which the platform makes a connection."""


def of_company(to: Prompts, proposed: Answers) -> Answers:
    """The answers with what is said about the company; what nobody speaks of stays as proposed."""
    to.begin("Your company", "company")
    if not to.confirm("users, support address, tags, boundary and sources too?", default=True):
        return proposed
    users = tuple(_users(to, proposed))
    support_email = to.optional(
        "support address on project templates", proposed.support_email, Email
    )
    tags = to.optional_texts(
        "tags on every resource as KEY=VALUE", ",".join(map("=".join, proposed.tags)), Tag
    )
    boundary = to.optional(
        "name of the organization's permissions boundary", proposed.boundary, BoundaryName
    )
    denials = _denials(to) if boundary and boundary != proposed.boundary else ""
    known = {source.app: source for source in proposed.sources}
    sources = [_source(to, known.get(app, SourceAnswer(app=app)), APPS[app]) for app in APPS]
    return replace(
        proposed,
        users=users,
        support_email=support_email or proposed.support_email,
        tags=tuple(tuple_of(tag) for tag in tags) or proposed.tags,
        boundary=boundary or proposed.boundary,
        boundary_deny=denials,
        sources=tuple(s for s in sources if s.type != SourceType.CODECOMMIT or s.app in known),
    )


def _denials(to: Prompts) -> str:
    """What the boundary denies, which the platform's own boundaries then deny, too."""

    def check(answer: str) -> str:
        try:
            return NOTHING if answer.strip() == NONE else denials_of(Path(answer.strip()))
        except PlatformError as error:
            raise typer.BadParameter(error.message) from None

    return str(to.checked("file with its document in JSON ('-': it denies nothing)", NONE, check))


def tuple_of(tag: str) -> tuple[str, str]:
    """Key and value of `KEY=VALUE`."""
    key, _, value = tag.partition("=")
    return key.strip(), value.strip()


def _users(to: Prompts, proposed: Answers) -> "list[UsersAnswer]":
    known = {users.group: users for users in proposed.users}
    found = []
    for group in USER_GROUPS.values():
        before = known.get(group.name)
        names = before.profile_names if before else group.users
        answer = to.optional_texts(f"Studio users, {group.name}", ",".join(names), User)
        if before or answer != names:
            prefix = before.prefix if before else None
            found.append(UsersAnswer(group=group.name, prefix=prefix, profile_names=answer))
    return found


def _source(to: Prompts, proposed: SourceAnswer, of: str) -> SourceAnswer:
    kinds = tuple(map(str, SourceType))
    kind = SourceType(to.choice(f"source of {of}", str(proposed.type), kinds))
    if kind != SourceType.CONNECTION:
        return SourceAnswer(app=proposed.app, type=kind)
    arn = to.optional(
        f"ARN of a connection that exists, for {of}", proposed.connection_arn, ConnectionArn
    )
    provider = "" if arn else to.choice(f"git host of {of}", proposed.provider or MADE[-1], MADE)
    repository = to.text(
        f"OWNER/NAME of the repository of {of}, with {{set}} for the set's name",
        proposed.repository,
        RepositoryName,
    )
    branch = proposed.branch_name or DeliverySource.branch_name
    usual = provider in map(str, REMOTES)
    return SourceAnswer(
        app=proposed.app,
        type=kind,
        provider=provider,
        repository=repository,
        branch_name=to.text(f"branch that is delivered, of {of}", branch, Branch),
        connection_arn=arn,
        remote=""
        if usual
        else to.text(f"URL that git pushes to, of {of}", proposed.remote, Remote),
    )
