"""Which repositories people may work on, and which container images jobs may use."""

from typing import Final

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.reviewed_branches import MERGES, changed_by_review, reference
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.stage import ProtectedBranches
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import CODE, IMAGES

MAIN: Final = reference("main")


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
    """Main of protected repositories changes by the merge of an approved pull request only."""
    patterns = protected_repositories(scope.protected_branches)
    return changed_by_review(arns("codecommit", *patterns), MAIN) if patterns else ()


def protected_repositories(protected: ProtectedBranches) -> tuple[str, ...]:
    """Patterns of the names of the repositories of projects whose main is protected."""
    switches = (("deploy", protected.deploy), ("build", protected.build))
    return tuple(f"sagemaker-*-{kind}" for kind, on in switches if on)


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
