"""Which repositories people may work on, and which container images jobs may use."""

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope


def use_code(_scope: PolicyScope) -> tuple[Statement, ...]:
    """Source and image repositories of SageMaker projects, and the images that AWS offers."""
    pull = actions("ecr", "BatchGetImage BatchCheckLayerAvailability GetDownloadUrlForLayer")
    return (
        Statement(
            sid="WorkOnProjectRepositories",
            actions=actions(
                "codecommit",
                "BatchGetCommits BatchGetRepositories CreateBranch CreateCommit CreatePullRequest "
                "DescribeMergeConflicts DescribePullRequestEvents GetBlob GetBranch "
                "GetCommentsForPullRequest GetCommit GetDifferences GetFile GetFolder "
                "GetMergeCommit GetMergeConflicts GetMergeOptions GetPullRequest GetReferences "
                "GetRepository GetTree GitPull GitPush ListBranches ListPullRequests "
                "MergePullRequestByFastForward MergePullRequestBySquash "
                "MergePullRequestByThreeWay PostCommentForPullRequest PostCommentReply PutFile "
                "UpdatePullRequestApprovalState UpdatePullRequestDescription "
                "UpdatePullRequestStatus UpdatePullRequestTitle",
            ),
            resources=arns("codecommit", "sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="FindRepositories",
            actions=("codecommit:ListRepositories", "ecr:GetAuthorizationToken"),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        Statement(
            sid="UseProjectImages",
            actions=(
                *pull,
                *actions(
                    "ecr",
                    "CreateRepository CompleteLayerUpload DescribeImageScanFindings "
                    "DescribeImages DescribeRepositories InitiateLayerUpload ListImages PutImage "
                    "UploadLayerPart",
                ),
            ),
            resources=arns("ecr", "repository/sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="PullImagesOfAws",
            actions=pull,
            resources=("arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*",),
            reason="AWS offers SageMaker's images from an account per region and framework; a "
            "condition leaves this account's own images out, and a foreign repository's policy "
            "decides besides",
            condition={"StringNotEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}},
        ),
    )
