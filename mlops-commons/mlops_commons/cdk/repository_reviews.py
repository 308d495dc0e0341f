"""A repository of the governance account that changes by what somebody else has approved."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from mlops_commons.cdk.entered_by import entered_by
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.cdk.reviews import Reviews
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.reviewed_branches import FAST_FORWARD, changed_by_review, reference
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.stage import Reviews as Reviewing

LOOK: Final = (
    "BatchGetCommits BatchGetRepositories EvaluatePullRequestApprovalRules GetBlob GetBranch "
    "GetCommentsForPullRequest GetCommit GetDifferences GetFile GetFolder GetMergeConflicts "
    "GetPullRequest GetPullRequestApprovalStates GetReferences GetRepository GetTree GitPull "
    "ListBranches ListPullRequests PostCommentForPullRequest PostCommentReply"
)
PROPOSE: Final = (
    "CreatePullRequest GitPush UpdatePullRequestDescription UpdatePullRequestStatus "
    "UpdatePullRequestTitle"
)
HOURS: Final = 1


class RepositoryReviews(Construct):
    """The approval rule of a repository, and the roles of its authors and of its reviewers.

    CodeCommit has no policies of resources: whoever is administrator of the governance account
    still pushes. The roles are what everybody else is given instead.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository: codecommit.IRepository,
        repository_name: str,
        branch_name: str,
        template_name: str,
        role_names: tuple[str, str],
        reviewing: Reviewing,
        key: kms.IKey,
    ) -> None:
        """Create rule and roles.

        Args:
            role_names: of authors and of reviewers; `publish` and people name them.
            key: of the function's log groups.
        """
        super().__init__(scope, construct_id)
        author_name, reviewer_name = role_names
        branch, own = reference(branch_name), arns("codecommit", repository_name)
        reviews = Reviews(
            self,
            "Rule",
            rules={template_name: [reviewer_name]},
            branch=branch,
            repositories=[repository_name],
            key=key,
        )
        # Else it would look for the repository before it is there.
        reviews.given.node.add_dependency(repository)
        for who, name, trusted, statements in (
            ("Author", author_name, reviewing.authors, _propose(own, branch)),
            ("Reviewer", reviewer_name, reviewing.reviewers, _approve(own)),
        ):
            title = f"{who} of changes of {repository_name}"
            iam.Role(
                self,
                who,
                role_name=name,
                description=title,
                assumed_by=entered_by(trusted, require_mfa=reviewing.require_mfa),
                managed_policies=[
                    managed_policy(self, f"{who}Policy", statements, description=title)
                ],
                max_session_duration=cdk.Duration.hours(HOURS),
            )


def _find() -> Statement:
    return Statement(
        sid="FindRepositories",
        actions=("codecommit:ListRepositories",),
        resources=("*",),
        reason=NO_RESOURCE_LEVEL,
    )


def _propose(repository: tuple[str, ...], branch: str) -> tuple[Statement, ...]:
    """Push branches, open pull requests, and merge what the rule lets through."""
    return (
        Statement(
            sid="ProposeChanges",
            actions=(*actions("codecommit", f"{LOOK} {PROPOSE}"), *FAST_FORWARD),
            resources=repository,
        ),
        _find(),
        *changed_by_review(repository, branch),
    )


def _approve(repository: tuple[str, ...]) -> tuple[Statement, ...]:
    """Look and approve; no branch changes by this role."""
    return (
        Statement(
            sid="ReviewChanges",
            actions=actions("codecommit", f"{LOOK} UpdatePullRequestApprovalState"),
            resources=repository,
        ),
        _find(),
    )
