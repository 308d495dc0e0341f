"""Where delivery pipelines take what they deliver: CodeCommit, a connection to a git host, S3."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SET: Final = "{set}"
"""Stands for the name of an account set, in names of repositories and in URLs."""
ARCHIVE_KEY: Final = "snapshot.zip"


class SourceType(StrEnum):
    """What a delivery pipeline begins with."""

    CODECOMMIT = "codecommit"
    CONNECTION = "connection"
    S3 = "s3"


class GitProvider(StrEnum):
    """Git hosts as CodeConnections names them (CodeConnections API, CreateConnection)."""

    AZURE_DEVOPS = "AzureDevOps"
    BITBUCKET = "Bitbucket"
    GITHUB = "GitHub"
    GITHUB_ENTERPRISE = "GitHubEnterpriseServer"
    GITLAB = "GitLab"
    GITLAB_SELF_MANAGED = "GitLabSelfManaged"


ON_OWN_HOSTS: Final = (GitProvider.GITHUB_ENTERPRISE, GitProvider.GITLAB_SELF_MANAGED)
"""Their connections take a host (CreateConnection, HostArn), which people make in the console."""
REMOTES: Final[Mapping[GitProvider, str]] = {
    GitProvider.BITBUCKET: "https://bitbucket.org/{repository}.git",
    GitProvider.GITHUB: "https://github.com/{repository}.git",
    GitProvider.GITLAB: "https://gitlab.com/{repository}.git",
}
"""Where git reaches a repository, for providers with one address for everybody."""


@dataclass(frozen=True, kw_only=True)
class DeliverySource:
    """The source of an app's delivery pipelines.

    Attributes:
        repository: with the set's name in place of `{set}`; empty for an archive in S3.
        connection_arn: empty where the platform makes a connection to the provider.
        remote: where git reaches the repository; empty for the provider's usual address.
    """

    type: SourceType = SourceType.CODECOMMIT
    repository: str = ""
    branch_name: str = "main"
    provider: GitProvider | None = None
    connection_arn: str = ""
    remote: str = ""

    @property
    def makes_connection(self) -> bool:
        """Whether the platform makes a connection, which a person has to finish."""
        return self.type is SourceType.CONNECTION and not self.connection_arn

    @property
    def has_stack(self) -> bool:
        """Whether something is made for it besides the pipeline."""
        return self.type is not SourceType.CONNECTION or self.makes_connection

    def repository_of(self, set_name: str) -> str:
        """The repository of a set."""
        return self.repository.replace(SET, set_name)

    def remote_of(self, set_name: str) -> str:
        """The URL with which git reaches the repository of a set, at a git host."""
        usual = REMOTES.get(self.provider, "") if self.provider else ""
        found = self.remote or usual.replace("{repository}", self.repository)
        return found.replace(SET, set_name)


@dataclass(frozen=True, kw_only=True)
class DeliverySources:
    """The sources of both apps."""

    infra: DeliverySource = DeliverySource()
    project_template: DeliverySource = DeliverySource()

    def of(self, app: str) -> DeliverySource:
        """The source of an app by its name on the command line, `infra` or `template`."""
        return {"infra": self.infra, "template": self.project_template}[app]


IN_CODECOMMIT: Final = DeliverySources()
"""Where both are, where nobody has said otherwise."""
