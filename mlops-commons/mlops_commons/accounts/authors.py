"""The role with which `publish` proposes a change of a repository that asks for a review."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mlops_commons.accounts.profiles import session_of
from mlops_commons.config import PlatformConfig
from mlops_commons.utilities import names
from mlops_commons.utilities.console import console
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.publication import Published

LONGEST_TITLE: Final = 150
"""CodeCommit API Reference, CreatePullRequest: title."""
SESSION: Final = "publish"


def author_of(config: PlatformConfig, app: str, set_name: str) -> "Author | None":
    """Who proposes changes of a set's repository of one app; None where nobody reviews them."""
    governance, roles = config.pipeline, config.org.roles
    if not governance.reviews.reviewers:
        return None
    return Author(
        profile=governance.bootstrap.aws_profile,
        account=governance.account,
        region=governance.region,
        role=roles.resource(
            roles.name(names.review_role(config.app_prefix, app, set_name, "author"))
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Author:
    """A role of the governance account, entered by one of its profiles.

    Attributes:
        role: the end of its ARN, such as `role/author`.
    """

    profile: str
    account: str
    region: str
    role: str

    @cached_property
    def _credentials(self) -> Mapping[str, str]:
        from botocore.exceptions import BotoCoreError, ClientError

        session = session_of(self.profile, self.region)
        sts = session.client("sts")
        partition = session.get_partition_for_region(self.region)
        role = f"arn:{partition}:iam::{self.account}:{self.role}"
        try:
            taken = sts.assume_role(RoleArn=role, RoleSessionName=SESSION)["Credentials"]
        except (BotoCoreError, ClientError) as error:
            raise PlatformError(
                f"the profile '{self.profile}' may not propose changes: {error}",
                hint="name its role under pipeline.reviews.authors of cdk-app.yml and deploy "
                "(deploy --all), or sign in as an author: pipeline.bootstrap.aws_profile",
            ) from error
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process that acts as the author.

        Raises:
            PlatformError: the profile may not take the role.
        """
        own = {name.upper(): value for name, value in self._credentials.items()}
        without = {name: value for name, value in environment.items() if name != "AWS_PROFILE"}
        return {**without, **own}

    def propose(self, repository: str, published: Published, branch: str, title: str) -> str:
        """Open a pull request, or find the one that is open, and say what comes next.

        Args:
            published: what is proposed.
            branch: into which it would be merged.
        """
        import boto3

        codecommit = boto3.Session(**self._credentials, region_name=self.region).client(
            "codecommit"
        )
        number = _open(codecommit, repository, published.branch) or str(
            codecommit.create_pull_request(
                title=title[:LONGEST_TITLE],
                targets=[
                    {
                        "repositoryName": repository,
                        "sourceReference": published.branch,
                        "destinationReference": branch,
                    }
                ],
            )["pullRequest"]["pullRequestId"]
        )
        return (
            f"proposed {published.commit[:12]} as pull request {number}. Nothing is delivered "
            f"until a reviewer has approved it and an author has merged it:\n"
            f"  {console(self.region)}/codesuite/codecommit/repositories/"
            f"{repository}/pull-requests/{number}/details?region={self.region}\n"
            f"  aws codecommit merge-pull-request-by-fast-forward --pull-request-id {number} "
            f"--repository-name {repository}"
        )


def _open(codecommit: Any, repository: str, branch: str) -> str:
    """The number of the open pull request of a branch; empty where there is none."""
    pages = codecommit.get_paginator("list_pull_requests").paginate(
        repositoryName=repository, pullRequestStatus="OPEN"
    )
    for number in (number for page in pages for number in page["pullRequestIds"]):
        found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        sources = [target["sourceReference"] for target in found["pullRequestTargets"]]
        if f"refs/heads/{branch}" in sources:
            return str(number)
    return ""
