"""The findings in what CDK Pipelines generates, each with the reason why it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import IConstruct

from mlops_commons.cdk.nag import acknowledge_each, logical_id, partition

INLINE: Final = "NIST.800.53.R5-IAMNoInlinePolicy"
INLINE_REASON: Final = (
    "the policy serves exactly this role, is generated with it by CDK Pipelines and goes with it; "
    "as a managed policy it could be attached to somebody else"
)
READ_ARTIFACTS: Final = ("Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*")
WRITE_ARTIFACTS: Final = ("Action::s3:Abort*", "Action::s3:DeleteObject*")
USE_KEY: Final = ("Action::kms:GenerateDataKey*", "Action::kms:ReEncrypt*")
ARTIFACTS: Final = "Resource::<{bucket}.Arn>/*"
ARTIFACTS_REASON: Final = (
    "CDK's grants on the pipeline's own artifact bucket and key: the actions are families of one "
    "service, and the resources are this bucket, its objects and this key"
)
PROJECT_LOGS: Final = (
    "Resource::arn:{partition}:logs:{region}:{account}:log-group:/aws/codebuild/<{project}>:*",
    "Resource::arn:{partition}:codebuild:{region}:{account}:report-group/<{project}>-*",
)
PROJECT_LOGS_REASON: Final = (
    "log streams and test reports are named by CodeBuild at run time, below this project's name"
)


@dataclass(frozen=True, kw_only=True)
class GeneratedRole:
    """A role that CDK Pipelines makes, and the wildcards (AwsSolutions-IAM5) of its policy.

    Attributes:
        path: construct ids from the pipeline down to the role.
        project: construct ids down to the CodeBuild project named in the findings, if any.
        findings: groups of exact ids with the reason for the group.
    """

    path: tuple[str, ...]
    project: tuple[str, ...] = ()
    findings: tuple[tuple[tuple[str, ...], str], ...] = ()


ROLES: Final = (
    GeneratedRole(
        path=("Pipeline", "Role"),
        findings=(((*READ_ARTIFACTS, *WRITE_ARTIFACTS, *USE_KEY, ARTIFACTS), ARTIFACTS_REASON),),
    ),
    GeneratedRole(path=("Pipeline", "EventsRole")),
    GeneratedRole(
        path=("Pipeline", "Build", "Synth", "CdkBuildProject", "Role"),
        project=("Pipeline", "Build", "Synth", "CdkBuildProject"),
        findings=(
            ((*READ_ARTIFACTS, *WRITE_ARTIFACTS, *USE_KEY, ARTIFACTS), ARTIFACTS_REASON),
            (PROJECT_LOGS, PROJECT_LOGS_REASON),
        ),
    ),
    GeneratedRole(
        path=("UpdatePipeline", "SelfMutation", "Role"),
        project=("UpdatePipeline", "SelfMutation"),
        findings=(
            ((*READ_ARTIFACTS, *USE_KEY, ARTIFACTS), ARTIFACTS_REASON),
            (PROJECT_LOGS, PROJECT_LOGS_REASON),
            (
                ("Resource::arn:*:iam::{account}:role/*",),
                "narrowed by a condition to the roles that bootstrap tagged for publishing and "
                "deploying in this account",
            ),
            (
                ("Resource::*",),
                "cloudformation:DescribeStacks and s3:ListBucket, by which the CDK CLI finds the "
                "bootstrap stack and its bucket; neither reads a template or an object",
            ),
        ),
    ),
    GeneratedRole(
        path=("Assets", "FileRole"),
        findings=(
            ((*READ_ARTIFACTS, ARTIFACTS), ARTIFACTS_REASON),
            (
                (
                    "Resource::arn:{partition}:logs:{region}:{account}:log-group:/aws/codebuild/*",
                    "Resource::arn:{partition}:codebuild:{region}:{account}:report-group/*",
                ),
                "one role for every publishing project, so that a new asset needs no new role; "
                "logs and reports are the only things it may write in this account",
            ),
            (
                ("Resource::*",),
                "CDK Pipelines lets the publishing role start and watch any build, in a governance "
                "account that is meant to hold the projects of these pipelines and no others",
            ),
        ),
    ),
)


def acknowledge_pipeline(pipeline: pipelines.CodePipeline, bucket: s3.Bucket) -> None:
    """Acknowledge the findings of a built pipeline, role by role."""
    stack = cdk.Stack.of(pipeline)
    values = {
        "bucket": logical_id(bucket),
        "partition": partition(stack),
        "account": stack.account,
        "region": stack.region,
    }
    descendant = _descendants(pipeline)
    for row in ROLES:
        role = descendant(row.path)
        if role is None:
            continue
        project = descendant(row.project) if row.project else None
        here = {**values, "project": logical_id(project)} if project else values
        wildcards = {
            f"AwsSolutions-IAM5[{finding.format_map(here)}]": reason
            for ids, reason in row.findings
            for finding in ids
        }
        acknowledge_each(role, {INLINE: INLINE_REASON, **wildcards})


def _descendants(scope: IConstruct) -> Callable[[tuple[str, ...]], IConstruct | None]:
    """What is below a construct by its path; each step takes two calls of the CDK, and once."""

    @cache
    def descendant(path: tuple[str, ...]) -> IConstruct | None:
        if not path:
            return scope
        above = descendant(path[:-1])
        return above.node.try_find_child(path[-1]) if above else None

    return descendant
