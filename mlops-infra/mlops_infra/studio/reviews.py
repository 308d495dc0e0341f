"""Main of projects' repositories changes by approved pull requests: the rule, and who gives it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from mlops_commons.iam.reasons import NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.stage import ProtectedBranches
from mlops_infra.access.code import MAIN
from mlops_infra.studio.called_function import CalledFunction

RUNTIME_DIRECTORY: Final = Path(__file__).with_name("runtime") / "reviews"
STATEMENTS: Final = (
    Statement(
        sid="MakeTheTemplate",
        actions=actions(
            "codecommit",
            "CreateApprovalRuleTemplate DeleteApprovalRuleTemplate ListRepositories "
            "UpdateApprovalRuleTemplateContent",
        ),
        resources=("*",),
        reason=NO_RESOURCE_LEVEL,
    ),
    Statement(
        sid="GiveItToRepositories",
        actions=actions(
            "codecommit",
            "AssociateApprovalRuleTemplateWithRepository CreatePullRequestApprovalRule "
            "GetPullRequest GetRepository ListPullRequests TagResource UntagResource",
        ),
        resources=arns("codecommit", "sagemaker-*"),
        reason=NAMED_BY_PROJECTS,
    ),
)


class Reviews(Construct):
    """The approval rule template of a stage, given to every protected repository.

    An approval counts of who is in the pool, and never that of the author (CodeCommit API
    Reference, UpdatePullRequestApprovalState: PullRequestCannotBeApprovedByAuthorException). All
    data scientists share one role, so the pool is the lead and, where configured, the approvers:
    a session of the author under another name approves nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        template_name: str,
        protected: ProtectedBranches,
        reviewers: Sequence[str],
        key_arn: str,
    ) -> None:
        """Create function, custom resource and rule.

        Args:
            template_name: of the approval rule; once in an account and region.
            reviewers: the names of the roles whose approvals count.
            key_arn: the key of the log groups.
        """
        super().__init__(scope, construct_id)
        kinds = [kind for kind in ("deploy", "build") if getattr(protected, kind)]
        rule = _rule(reviewers)
        template = cdk.Stack.of(self).to_json_string({**rule, "DestinationReferences": [MAIN]})
        called = CalledFunction(
            self,
            "ApprovalRule",
            code=RUNTIME_DIRECTORY,
            description="Approval rule of pull requests to main, for repositories of projects",
            statements=STATEMENTS,
            environment={
                "KINDS": ",".join(kinds),
                "RULE": cdk.Stack.of(self).to_json_string(rule),
                "TEMPLATE_NAME": template_name,
            },
            key=kms.Key.from_key_arn(self, "Key", key_arn),
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ApprovalRuleTemplate",
            service_token=called.service_token,
            properties={"TemplateName": template_name, "Content": template, "Kinds": kinds},
        )
        self._call_for_new_repositories(called.function)

    def _call_for_new_repositories(self, function: lambda_.IFunction) -> None:
        """The seed is the first push: no repository of a project stays without its rule.

        The CDK's own target names the permission after the path of the whole app, so that a stage
        alone would get other names than the pipeline's.
        """
        rule = events.CfnRule(
            self,
            "RepositoryCreated",
            description="A new repository of a project gets the approval rule of its main",
            event_pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "detail": {
                    "event": ["referenceCreated"],
                    "referenceFullName": [MAIN],
                    "repositoryName": [{"prefix": "sagemaker-"}],
                },
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="ApprovalRule",
                    arn=function.function_arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(maximum_retry_attempts=185),
                )
            ],
        )
        function.add_permission(
            "RepositoryCreated",
            principal=iam.ServicePrincipal("events.amazonaws.com"),
            source_arn=rule.attr_arn,
        )


def _rule(reviewers: Sequence[str]) -> Mapping[str, Any]:
    """CodeCommit User Guide, "Create an approval rule for a pull request": sessions of a role."""
    session = f"arn:{cdk.Aws.PARTITION}:sts::{cdk.Aws.ACCOUNT_ID}:assumed-role"
    return {
        "Version": "2018-11-08",
        "Statements": [
            {
                "Type": "Approvers",
                "NumberOfApprovalsNeeded": 1,
                "ApprovalPoolMembers": [f"{session}/{role}/*" for role in reviewers],
            }
        ],
    }
