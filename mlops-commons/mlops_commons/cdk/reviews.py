"""A branch changes by approved pull requests: the rules of repositories, and who gives them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from mlops_commons.cdk.called_function import CalledFunction
from mlops_commons.cdk.lost_events import LostEvents
from mlops_commons.cdk.notices import Notices
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.repository_keys import use_keys_of_repositories
from mlops_commons.iam.statements import Statement, actions, arns

RUNTIME_DIRECTORY: Final = Path(__file__).with_name("runtime") / "reviews"


class Reviews(Construct):
    """Approval rule templates, given to every protected repository; exposes `given`.

    All rules have to be satisfied. An approval counts of who is in a rule's pool, and never that of
    the author (CodeCommit API Reference, UpdatePullRequestApprovalState:
    PullRequestCannotBeApprovedByAuthorException). Where authors share a role, a session of the
    author under another name approves nothing either, as long as that role is not in the pool.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        rules: Mapping[str, Sequence[str]],
        branch: str,
        repositories: Sequence[str],
        reason: str = "",
        new_ones: str = "",
        key: kms.IKey,
    ) -> None:
        """Create function, custom resource and rules.

        Args:
            rules: by its name, once in an account and region, the names of the roles of which one
                has to approve.
            branch: its reference.
            repositories: names of the protected ones, `*` may stand in them.
            reason: why there is a wildcard in them.
            new_ones: how the names of repositories begin that are made later; none are, if empty.
            key: of the log groups, and of the topic for lost events of new repositories.
        """
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        contents = {name: _rule(roles) for name, roles in rules.items()}
        called = CalledFunction(
            self,
            "ApprovalRule",
            code=RUNTIME_DIRECTORY,
            description=f"Approval rules of pull requests: {', '.join(rules)}",
            statements=_statements(repositories, reason),
            environment={
                "REPOSITORIES": ",".join(repositories),
                "RULES": stack.to_json_string(contents),
            },
            key=key,
        )
        self.given = cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ApprovalRuleTemplates",
            service_token=called.service_token,
            properties={
                "Rules": {
                    name: stack.to_json_string({**rule, "DestinationReferences": [branch]})
                    for name, rule in contents.items()
                },
                "Repositories": list(repositories),
            },
        )
        if new_ones:
            LostEvents(
                self,
                "Lost",
                rules=[self._call_for_new_repositories(called.function, branch, new_ones)],
                topic=Notices(self, "Notices", key=key).topic,
                remedy="A new repository has no approval rules and takes no merge: hand the event "
                "in the queue to the function again, see docs/troubleshooting.md",
            )

    def _call_for_new_repositories(
        self, function: lambda_.IFunction, branch: str, beginning: str
    ) -> events.CfnRule:
        """The seed is the first push: no repository of a project stays without its rule.

        The CDK's own target names the permission after the path of the whole app, so that a stage
        alone would get other names than the pipeline's.
        """
        rule = events.CfnRule(
            self,
            "RepositoryCreated",
            description="A new repository of a project gets the approval rules of its main",
            event_pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "detail": {
                    "event": ["referenceCreated"],
                    "referenceFullName": [branch],
                    "repositoryName": [{"prefix": beginning}],
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
        return rule


def _statements(repositories: Sequence[str], reason: str) -> tuple[Statement, ...]:
    return (
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
            resources=arns("codecommit", *repositories),
            reason=reason,
        ),
        # The key of a repository of governance lets in whoever CodeCommit lets in.
        *((use_keys_of_repositories(reason),) if reason else ()),
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
