"""A branch that changes by the merge of an approved pull request only: what to deny to whom."""

from typing import Final

from mlops_commons.iam.statements import Statement, actions

REVIEWED_TAG: Final = "mlops:reviewed"
"""On a repository whose pull requests get the approval rule (cdk/runtime/reviews)."""
FAST_FORWARD: Final = actions("codecommit", "MergePullRequestByFastForward")
OTHER_MERGES: Final = actions("codecommit", "MergePullRequestBySquash MergePullRequestByThreeWay")
MERGES: Final = (*FAST_FORWARD, *OTHER_MERGES)
PAST_A_REVIEW: Final = actions(
    "codecommit",
    "GitPush PutFile DeleteFile CreateCommit CreateBranch DeleteBranch "
    "MergeBranchesByFastForward MergeBranchesBySquash MergeBranchesByThreeWay",
)
"""What changes a branch and is no merge of a pull request."""
AROUND_A_REVIEW: Final = actions(
    "codecommit",
    "OverridePullRequestApprovalRules UpdatePullRequestApprovalRuleContent "
    "DeletePullRequestApprovalRule CreateApprovalRuleTemplate DeleteApprovalRuleTemplate "
    "UpdateApprovalRuleTemplateContent UpdateApprovalRuleTemplateName "
    "DisassociateApprovalRuleTemplateFromRepository "
    "BatchDisassociateApprovalRuleTemplateFromRepositories UpdateDefaultBranch TagResource "
    "UntagResource",
)


def reference(branch: str) -> str:
    """How policies, rules and events name a branch."""
    return f"refs/heads/{branch}"


def changed_by_review(repositories: tuple[str, ...], protected: str) -> tuple[Statement, ...]:
    """Denials for whoever else may push and merge in repositories.

    The condition is the one of the CodeCommit User Guide, "Limit pushes and merges to branches":
    git asks first without a reference, which must be let through, so a reference has to be there.
    A merge is refused by CodeCommit itself while an approval rule is not satisfied; a repository
    that has no rule yet lacks the tag.

    Args:
        repositories: their ARNs.
        protected: the reference of the branch.
    """
    return (
        Statement(
            sid="NoPushToMain",
            effect="Deny",
            actions=PAST_A_REVIEW,
            resources=repositories,
            condition={
                "StringEqualsIfExists": {"codecommit:References": (protected,)},
                "Null": {"codecommit:References": "false"},
            },
        ),
        Statement(
            sid="NoMergeWithoutApprovalRule",
            effect="Deny",
            actions=FAST_FORWARD,
            resources=repositories,
            condition={"StringNotEquals": {f"aws:ResourceTag/{REVIEWED_TAG}": "true"}},
        ),
        # Who merges these ways may write content of his own where files are in conflict, after the
        # approval (CodeCommit API Reference, MergePullRequestBySquash: conflictResolution).
        Statement(
            sid="NoMergeThatWritesContent",
            effect="Deny",
            actions=OTHER_MERGES,
            resources=repositories,
        ),
        Statement(
            sid="NoWayAroundApprovalRules",
            effect="Deny",
            actions=AROUND_A_REVIEW,
            resources=("*",),
        ),
    )
