"""Pull requests are built before they can be merged: what starts the builds and tells the results.

The build itself is a CodeBuild project that reads one repository and writes one log; whoever pushes
a branch has what its role has. So it neither starts itself, nor says how it has ended.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.repository_keys import use_keys_of_repositories
from mlops_commons.iam.statements import Statement, actions, arns

RUNTIME_DIRECTORY: Final = Path(__file__).with_name("runtime") / "pull_requests"
CHECK: Final = "-check"
"""Ends the name of the CodeBuild project that builds the pull requests of a repository, after the
repository's name; the function knows it too."""
SPECIFICATION: Final = "buildspec.check.yml"
"""The commands, in the repository."""
CHANGED: Final = ("pullRequestCreated", "pullRequestSourceBranchUpdated")
RUNNING: Final = "IN_PROGRESS"
ATTEMPTS: Final = 185
"""As often as EventBridge tries by itself, in 24 hours (API_RetryPolicy)."""
CALLED: Final = "EventBridge calls it for a pull request and waits for nothing"
FINDINGS: Final = {
    "AwsSolutions-L1": "Python 3.13, the version of every build of projects",
    "NIST.800.53.R5-LambdaConcurrency": f"{CALLED}; an account's concurrency is not taken away",
    "NIST.800.53.R5-LambdaDLQ": f"{CALLED}; without it no comment comes, and a push asks again",
    "NIST.800.53.R5-LambdaInsideVPC": f"{CALLED}; it reaches nothing inside a VPC",
}


class PullRequestBuilds(Construct):
    """The function that starts builds and tells their results, and what calls it.

    Exposes `function`. Its role has its own name, which approval rules count, and is in no pool of
    people.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        repositories: Sequence[str],
        reason: str,
        key: kms.IKey,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create it.

        Args:
            name: of the function, its role, and the approval rule that it satisfies.
            repositories: names of those whose pull requests are built, `*` may stand in them.
            reason: why there is a wildcard in them; empty where there is none.
            key: of the log; its policy lets CloudWatch Logs encrypt `/aws/lambda/<name>`.
        """
        super().__init__(scope, construct_id)
        self.function = _function(self, name, repositories, reason, key, removal_policy)
        builds = [f"{repository}{CHECK}" for repository in repositories]
        of_repositories = {"repositoryNames": _named(repositories), "event": list(CHANGED)}
        of_builds = {
            "project-name": _named(builds),
            "build-status": [{"anything-but": RUNNING}],
        }
        for title, source, kind, detail in (
            ("Changed", "codecommit", "CodeCommit Pull Request State Change", of_repositories),
            ("Built", "codebuild", "CodeBuild Build State Change", of_builds),
        ):
            rule = events.CfnRule(
                self,
                title,
                description=f"Pull requests of {', '.join(repositories)}: {title.lower()}",
                event_pattern={
                    "source": [f"aws.{source}"],
                    "detail-type": [kind],
                    "detail": detail,
                },
                targets=[
                    events.CfnRule.TargetProperty(
                        id="PullRequests",
                        arn=self.function.function_arn,
                        retry_policy=events.CfnRule.RetryPolicyProperty(
                            maximum_retry_attempts=ATTEMPTS
                        ),
                    )
                ],
            )
            self.function.add_permission(
                f"CalledWhen{title}",
                principal=iam.ServicePrincipal("events.amazonaws.com"),
                source_arn=rule.attr_arn,
            )


def _named(patterns: Sequence[str]) -> list[object]:
    """Names of an event pattern (EventBridge User Guide, "Comparison operators": Wildcard)."""
    return [{"wildcard": pattern} if "*" in pattern else pattern for pattern in patterns]


def _function(
    scope: Construct,
    name: str,
    repositories: Sequence[str],
    reason: str,
    key: kms.IKey,
    removal_policy: cdk.RemovalPolicy,
) -> lambda_.Function:
    description = "Builds pull requests and comments how that has ended"
    role = iam.Role(
        scope,
        "Role",
        role_name=name,
        description=description,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    policy = managed_policy(
        scope,
        "Policy",
        _statements(name, repositories, reason),
        description=description,
        roles=[role],
    )
    function = lambda_.Function(
        scope,
        "Function",
        function_name=name,
        description=description,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_asset(str(RUNTIME_DIRECTORY), exclude=["__pycache__"]),
        role=role,
        log_group=logs.LogGroup(
            scope,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.ONE_YEAR,
            encryption_key=key,
            removal_policy=removal_policy,
        ),
        environment={"RULE_NAME": name},
        timeout=cdk.Duration.minutes(1),
    )
    function.node.add_dependency(policy)
    acknowledge_each(function, FINDINGS)
    return function


def _statements(name: str, repositories: Sequence[str], reason: str) -> tuple[Statement, ...]:
    """Start the builds of pull requests, comment, approve; no repository is read or changed."""
    return (
        Statement(
            sid="WriteItsLog",
            actions=actions("logs", "CreateLogStream PutLogEvents"),
            resources=arns("logs", f"log-group:/aws/lambda/{name}:*"),
            reason="Lambda names log streams by date and instance",
        ),
        Statement(
            sid="CommentPullRequests",
            actions=actions(
                "codecommit",
                "GetPullRequest PostCommentForPullRequest UpdatePullRequestApprovalState",
            ),
            resources=arns("codecommit", *repositories),
            reason=reason,
        ),
        Statement(
            sid="BuildPullRequests",
            actions=actions("codebuild", "BatchGetBuilds StartBuild"),
            resources=arns("codebuild", *(f"project/{each}{CHECK}" for each in repositories)),
            reason=reason,
        ),
        use_keys_of_repositories("their ids are random"),
    )
