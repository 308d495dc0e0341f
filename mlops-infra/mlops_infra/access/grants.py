"""What has been granted to a persona's role besides its policies, such as reading one bucket."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.iam.reasons import ONE_ROLE

INLINE: Final = "NIST.800.53.R5-IAMNoInlinePolicy"
OWN_RESOURCE: Final = (
    "granted by a construct of this stack on its own resource: the CDK writes families of actions "
    "of one service, and the policy ends at this resource and what is below it"
)


def acknowledge_grants(role: iam.IRole) -> None:
    """Accept the policy that the CDK makes of `grant_...(role)`, as far as it is narrow.

    Wildcards are accepted where a statement names resources of the role's own stack; `*`, and
    ARNs that are spelled out, stay open until somebody acknowledges them with a reason.
    """
    policy = role.node.try_find_child("DefaultPolicy")
    if not isinstance(policy, iam.Policy):
        return
    document = cdk.Stack.of(role).resolve(policy.document)
    reasons = {f"AwsSolutions-IAM5[{finding}]": OWN_RESOURCE for finding in _narrow(document)}
    acknowledge_each(role, {INLINE: ONE_ROLE, **reasons})


def _narrow(document: Mapping[str, Any]) -> Iterator[str]:
    for statement in document["Statement"]:
        resources = [_shown(value) for value in _listed(statement.get("Resource", ()))]
        if resources and all(re.match(r"<(?!AWS::)", resource) for resource in resources):
            yield from (f"Action::{a}" for a in _listed(statement["Action"]) if "*" in a)
            yield from (f"Resource::{resource}" for resource in resources if "*" in resource)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _shown(value: Any) -> str:
    """A resource as cdk-nag writes it: `<LogicalId.Arn>/*`."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(_shown(part) for part in parts)
    return "*"
