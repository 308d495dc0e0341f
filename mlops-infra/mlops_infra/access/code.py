"""Which repositories people may work on, and which container images jobs may use."""

from typing import Final

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.image_accounts import image_accounts_of
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import CODE, IMAGES

MERGES: Final = actions(
    "codecommit",
    "MergePullRequestByFastForward MergePullRequestBySquash MergePullRequestByThreeWay",
)
MAIN: Final = "refs/heads/main"
REVIEWED_TAG: Final = "mlops:reviewed"
"""On a repository whose pull requests to main get the approval rule (access/reviews.py)."""
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


def use_code(scope: PolicyScope) -> tuple[Statement, ...]:
    """Source and image repositories of SageMaker projects, and the images that AWS offers."""
    return (
        Statement(
            sid="WorkOnProjectRepositories",
            actions=(
                *actions(
                    "codecommit",
                    "BatchGetCommits BatchGetRepositories CreateBranch CreateCommit "
                    "CreatePullRequest DescribeMergeConflicts DescribePullRequestEvents "
                    "EvaluatePullRequestApprovalRules GetBlob GetBranch "
                    "GetCommentsForPullRequest GetCommit GetDifferences GetFile GetFolder "
                    "GetMergeCommit GetMergeConflicts GetMergeOptions GetPullRequest "
                    "GetPullRequestApprovalStates GetReferences GetRepository GetTree GitPull "
                    "GitPush ListBranches ListPullRequests PostCommentForPullRequest "
                    "PostCommentReply PutFile UpdatePullRequestApprovalState "
                    "UpdatePullRequestDescription UpdatePullRequestStatus UpdatePullRequestTitle",
                ),
                *MERGES,
            ),
            resources=scope.arns(CODE),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="FindRepositories",
            actions=("codecommit:ListRepositories", "ecr:GetAuthorizationToken"),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        *_main_by_review(scope),
        *_use_images(scope),
    )


def _main_by_review(scope: PolicyScope) -> tuple[Statement, ...]:
    """Main of protected repositories changes by the merge of an approved pull request only.

    The condition is the one of the CodeCommit User Guide, "Limit pushes and merges to branches":
    git asks first without a reference, which must be let through, so a reference has to be there.
    A merge is refused by CodeCommit itself while an approval rule is not satisfied; a repository
    that has no rule yet lacks the tag.
    """
    switches = (
        ("deploy", scope.protected_branches.deploy),
        ("build", scope.protected_branches.build),
    )
    protected = arns("codecommit", *(f"sagemaker-*-{kind}" for kind, on in switches if on))
    if not protected:
        return ()
    return (
        Statement(
            sid="NoPushToMain",
            effect="Deny",
            actions=PAST_A_REVIEW,
            resources=protected,
            condition={
                "StringEqualsIfExists": {"codecommit:References": (MAIN,)},
                "Null": {"codecommit:References": "false"},
            },
        ),
        Statement(
            sid="NoMergeWithoutApprovalRule",
            effect="Deny",
            actions=MERGES,
            resources=protected,
            condition={"StringNotEquals": {f"aws:ResourceTag/{REVIEWED_TAG}": "true"}},
        ),
        Statement(
            sid="NoWayAroundApprovalRules",
            effect="Deny",
            actions=AROUND_A_REVIEW,
            resources=("*",),
        ),
    )


def _use_images(scope: PolicyScope) -> tuple[Statement, ...]:
    """Images of projects are written by their builds alone; people and their jobs pull."""
    pull = actions("ecr", "BatchGetImage BatchCheckLayerAvailability GetDownloadUrlForLayer")
    look = actions(
        "ecr", "DescribeImageScanFindings DescribeImages DescribeRepositories ListImages"
    )
    of_projects = Statement(
        sid="UseProjectImages",
        actions=(*pull, *look),
        resources=scope.arns(IMAGES),
        reason=NAMED_BY_PROJECTS,
    )
    offering = image_accounts_of(scope.region)
    if not offering:
        return (of_projects,)
    of_aws = Statement(
        sid="PullImagesOfAws",
        actions=pull,
        resources=("arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*",),
        reason="AWS offers SageMaker's images in accounts of its own, by region and framework; a "
        "condition names the accounts that AWS's SDK names",
        condition={"StringEquals": {"aws:ResourceAccount": offering}},
    )
    return (of_projects, of_aws)
