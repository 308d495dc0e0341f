"""The model of the block `pipeline.source` in `cdk-app.yml`, as it stands in the file."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from mlops_commons.config.values import AS_WRITTEN, Branch, ConfigModel, Shape, Text, lowered
from mlops_commons.delivery_source import SET, DeliverySource, GitProvider, SourceType

CREDENTIALS: Final = (
    "has credentials in it: everybody who reads this file would have them; make them void at the "
    "host, take them out of the URL, and let git ask for others (git help gitcredentials), or use "
    "SSH"
)
REMOTE: Final = (
    "is no URL that is pushed to here; write https://HOST/OWNER/NAME.git, ssh://git@HOST/OWNER/"
    "NAME.git or git@HOST:OWNER/NAME.git"
)
REPOSITORY: Final = (
    "is not the name of a repository at a git host: write OWNER/NAME as its page shows it, letter "
    f"case included, without a host and without .git; {SET} may stand for the name of the set"
)
_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9_. -]*"
_PART: Final = rf"({_NAME}|({_NAME})?\{{set\}}[A-Za-z0-9_. -]*)"
_SCP: Final = r"[a-z_][a-z0-9_-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!//)[^\s@?#]+"
"""`user@host:path` (git-clone(1), "Git URLs")."""


def without_credentials(url: str) -> str:
    """A URL as it may be shown: what stands before the host is left out."""
    return re.sub(r"//[^/\s]*@", "//...@", url)


def _repository(value: str, info: ValidationInfo) -> str:
    fits = re.fullmatch(rf"{_PART}(/{_PART})+", value) and not value.endswith((".git", " ", "."))
    if info.context != AS_WRITTEN and not fits:
        raise ValueError(f"'{without_credentials(value)}' {REPOSITORY}")
    return value


def _remote(value: str, info: ValidationInfo) -> str:
    if info.context != AS_WRITTEN and not re.fullmatch(_SCP, value):
        _check_url(value)
    return value


def _check_url(value: str) -> None:
    """Refuse what carries credentials, is not encrypted or runs a program."""
    shown = without_credentials(value)
    try:
        found = urlsplit(value)
        user, password, _ = found.username, found.password, found.port
    except ValueError:
        raise ValueError(f"'{shown}' {REMOTE}") from None
    if password is not None or (user is not None and found.scheme != "ssh"):
        raise ValueError(f"'{shown}' {CREDENTIALS}")
    if found.query or found.fragment:
        raise ValueError(f"'{shown.partition('?')[0].partition('#')[0]}?...' {CREDENTIALS}")
    host = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", found.hostname or "")
    path = re.fullmatch(r"/[^\s\\]+", found.path)
    if found.scheme not in ("https", "ssh") or not host or not path:
        raise ValueError(f"'{shown}' {REMOTE}")


ConnectionArn = Annotated[
    Text,
    Shape(
        "arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:"
        "connection/[A-Za-z0-9-]+",
        "the ARN of a connection",
    ),
]


RepositoryName = Annotated[Text, AfterValidator(_repository)]
Remote = Annotated[Text, AfterValidator(_remote)]


class DeliverySourceFile(ConfigModel):
    """Where the pipelines of an app take what they deliver."""

    type: Annotated[SourceType, BeforeValidator(lowered)] = Field(
        DeliverySource.type,
        description="codecommit: repositories by code_commit; connection: at a git host; s3: an "
        "archive that 'publish' uploads",
    )
    repository: RepositoryName | None = Field(
        None,
        description=f"of a connection: OWNER/NAME at the git host; {SET} stands for the set's name",
    )
    branch_name: Branch = Field(
        DeliverySource.branch_name, description="of a connection: the branch that pipelines follow"
    )
    provider: GitProvider | None = Field(
        None, description="of a connection: the git host; without an ARN a connection to it is made"
    )
    connection_arn: ConnectionArn | None = Field(
        None, description="of a connection: one that exists already"
    )
    remote: Remote | None = Field(
        None,
        description="of a connection: where git pushes, never with credentials; default: the usual "
        "address of GitHub, GitLab or Bitbucket",
    )


class DeliverySourcesFile(ConfigModel):
    """The sources of both apps."""

    infra: DeliverySourceFile = Field(default_factory=lambda: DeliverySourceFile())
    project_template: DeliverySourceFile = Field(default_factory=lambda: DeliverySourceFile())
