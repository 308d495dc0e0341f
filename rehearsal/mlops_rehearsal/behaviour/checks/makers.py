"""CloudFormation makes, reads, changes and deletes with a role what the templates of projects have.

Source: the handlers of AWS's own schemas of resource types, as cfn-lint ships them, for each type
that a role makes; the templates themselves say which types.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from mlops_commons.iam.evaluation import action_matches, listed, matches
from mlops_rehearsal.behaviour.asking import role_of
from mlops_rehearsal.behaviour.policies import Statement, identity
from mlops_rehearsal.behaviour.stack import Resource, Stack

HANDLERS: Final = ("create", "read", "update", "delete")
FEATURES: Final = (
    "Metadata|Analytics|Cors|CORS|Metrics|Replication|Website|Accelerate|Abac|Acl|Notification|"
    "ObjectLock|IntelligentTiering|Inventory"
)
NOT_NEEDED: Final[Mapping[str, str]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "lambda:.*",
    "AWS::CodePipeline::Pipeline": "codestar-connections:.*",
    "AWS::IAM::ManagedPolicy": "iam:(At|De)tach(Group|User)Policy",
    "AWS::IAM::Role": "iam:(DeleteRolePermissionsBoundary|DeleteRolePolicy|PutRolePolicy)",
    "AWS::Logs::LogGroup": "firehose:.*|s3:.*|logs:.*(LogDelivery|DataProtection|IndexPolicy|"
    "ResourcePolicy|BearerToken|DeletionProtection).*",
    "AWS::S3::Bucket": f"s3tables:.*|s3:(Put|Delete|Create|Update).*({FEATURES}).*|s3:DeleteObject|"
    "s3:DeleteBucket(Encryption|Lifecycle|Tagging)|s3:GetBucketMetadataTableConfiguration",
    "AWS::SNS::Topic": "sns:(PutDataProtectionPolicy|Subscribe|Unsubscribe)",
}
"""What handlers ask for features that no template here uses: scaling of Lambda, sources of others,
groups and users, inline policies, data protection, metadata tables, replication and the like: a
handler calls what its resource's properties ask for."""


ON_OTHERS: Final = (
    "iam:AttachRolePolicy",  # on the role, for a policy too
    "iam:DetachRolePolicy",
    "codepipeline:DisableStageTransition",  # on a stage of the pipeline
    "codepipeline:EnableStageTransition",
)
"""What handlers call on other resources than their own."""


def roles_make_what_templates_have(stack: Stack) -> Iterator[str]:
    """Each handler of each type, with the role that makes it, on the resource's own ARN."""
    for role in makers(stack):
        allowing = [s for s in identity(stack, role) if s["Effect"] == "Allow"]
        for kind, arns in sorted(_made(stack).items()):
            for action in sorted(permissions(kind)):
                if not re.fullmatch(NOT_NEEDED.get(kind, ""), action):
                    yield from _lacking(role, allowing, kind, action, arns)


def makers(stack: Stack) -> Iterator[Resource]:
    """The role of CloudFormation for projects, and the role of launches."""
    for found in stack.of_type("AWS::ServiceCatalog::LaunchRoleConstraint"):
        role = role_of(stack, found.properties["RoleArn"])
        if role:
            yield role
            break
    for role in stack.of_type("AWS::IAM::Role"):
        if "-project-cfn-" in stack.named(role.id):
            yield role


@cache
def permissions(kind: str) -> frozenset[str]:
    """What the handlers of a resource type call."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    rows = [schema.get("handlers", {}).get(name, {}) for name in HANDLERS]
    return frozenset(
        action
        for row in (*rows, schema.get("tagging") or {})
        for action in row.get("permissions", [])
    )


def _made(stack: Stack) -> dict[str, set[str]]:
    """The ARNs that projects have in this account, by type."""
    found: dict[str, set[str]] = {}
    for made in stack.makes:
        for resource in made.resources.values():
            arn = made.arn(resource.id).replace(made.account, stack.account)
            for name in (made.name, made.name.lower()):
                arn = re.sub(rf"(?<![a-z0-9]-){name}-", f"churn-p-abc123-{name}-", arn)
            if resource.properties and not resource.type.startswith("Custom::"):
                found.setdefault(resource.type, set()).add(arn)
    return found


def _lacking(
    role: Resource, allowing: list[Statement], kind: str, action: str, arns: set[str]
) -> Iterator[str]:
    service = action.partition(":")[0]
    resources = [
        pattern
        for statement in allowing
        if action_matches(statement, action)
        for pattern in listed(statement.get("Resource", "*"))
    ]
    if not resources:
        yield f"{role.id} cannot make {kind}: {action}"
    for arn in sorted(arns) if action not in ON_OTHERS else ():
        own = arn.startswith(f"arn:aws:{service}:")
        if own and not any(pattern == "*" or matches(pattern, arn, {}) for pattern in resources):
            yield f"{role.id} cannot {action} on {arn}"
