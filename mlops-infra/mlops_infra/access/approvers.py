"""The role of those who approve what projects deploy: entered from outside of Studio."""

from dataclasses import replace
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.cdk.entered_by import entered_by
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.stage import Approvers
from mlops_infra.access.reading import explore
from mlops_infra.access.scope import PolicyScope

HOURS: Final = 1


class ApproverRole(Construct):
    """Sees models, pipelines and changes, and approves deployments; exposes `role`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        approvers: Approvers,
        within: PolicyScope,
    ) -> None:
        """Create the role; `role_name` is what people enter when they switch roles."""
        super().__init__(scope, construct_id)
        everything = replace(within, separated=False)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Approves what projects deploy to preprod and prod",
            assumed_by=entered_by(approvers.role_arns, require_mfa=approvers.require_mfa),
            managed_policies=[
                managed_policy(
                    self,
                    f"{name}Policy",
                    statements,
                    description=f"Approvers: {title}",
                )
                for name, title, statements in (
                    ("Explore", "read resources, logs and metrics", explore(everything)),
                    ("Approve", "approve deployments and pull requests", approve()),
                )
            ],
            max_session_duration=cdk.Duration.hours(HOURS),
        )


def approve() -> tuple[Statement, ...]:
    """Approvals of deployments and of pull requests, and what they are about."""
    return (
        Statement(
            sid="ApproveDeployments",
            actions=("codepipeline:PutApprovalResult",),
            # The resource is an action of a pipeline (Service Authorization Reference,
            # CodePipeline): pipeline/stage/action.
            resources=arns("codepipeline", "sagemaker-*-deploy/*/Approve-*"),
            reason=f"{NAMED_BY_PROJECTS}; only actions that ask for an approval",
        ),
        Statement(
            sid="ReviewChanges",
            actions=actions(
                "codecommit",
                "BatchGetCommits BatchGetRepositories EvaluatePullRequestApprovalRules GetBlob "
                "GetBranch GetCommentsForPullRequest GetCommit GetDifferences GetFile GetFolder "
                "GetPullRequest GetPullRequestApprovalStates GetRepository ListPullRequests "
                "PostCommentForPullRequest PostCommentReply UpdatePullRequestApprovalState",
            ),
            resources=arns("codecommit", "sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="FindThem",
            actions=("codecommit:ListRepositories",),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
    )
