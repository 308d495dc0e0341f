"""How a permission is written down: an IAM statement and why its wildcards stand."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.utilities.cloudformation import sub

Condition = Mapping[str, Mapping[str, Any]]
# A token of the CDK looks like a name and is resolved by the CDK.
NAME_IN_TEXT: Final = re.compile(r"[$][{](?!Token\[)")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One IAM statement, in the words of CloudFormation's `Fn::Sub`.

    Attributes:
        sid: what it is for.
        actions: exact actions, no wildcards.
        resources: ARNs with `${AWS::...}` or other names of the template, or `*` where an
            action knows no resources.
        besides: instead of `resources`, everything but these (IAM's `NotResource`); only to deny.
        reason: why a wildcard in the resources is right; needed where there is one.
        variables: further names that the texts use as `${Name}`, with their values.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    reason: str = ""
    condition: Condition = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    effect: str = "Allow"

    def document(self) -> dict[str, Any]:
        """The statement of a policy document."""
        named = "NotResource" if self.besides else "Resource"
        content: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            named: [self._text(resource) for resource in self.besides or self.resources],
        }
        if self.condition:
            content["Condition"] = {
                operator: {key: self._value(value) for key, value in entries.items()}
                for operator, entries in self.condition.items()
            }
        return content

    def findings(self) -> list[str]:
        """The ids under which cdk-nag reports the wildcards."""
        if self.effect == "Deny":
            return []
        wild = [resource for resource in self.resources if "*" in resource]
        shown = [re.sub(r"[$][{]([^}]+)[}]", r"<\1>", resource) for resource in wild]
        return [f"AwsSolutions-IAM5[Resource::{resource}]" for resource in shown]

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return value
        if isinstance(value, str):
            return self._text(value)
        return [self._text(entry) for entry in value]

    def _text(self, value: str) -> Any:
        used = {name: v for name, v in self.variables.items() if f"${{{name}}}" in value}
        if used:
            return {"Fn::Sub": [value, used]}
        return sub(value) if NAME_IN_TEXT.search(value) else value


def arns(service: str, *resources: str) -> tuple[str, ...]:
    """ARNs of this account and region: `arns("sagemaker", "model/*")`."""
    prefix = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:"
    return tuple(f"{prefix}{resource}" for resource in resources)


def actions(service: str, names: str) -> tuple[str, ...]:
    """Actions of one service: `actions("s3", "GetObject PutObject")`."""
    return tuple(f"{service}:{name}" for name in names.split())


def policy_document(statements: Iterable[Statement]) -> dict[str, Any]:
    """A policy document of statements."""
    return {
        "Version": "2012-10-17",
        "Statement": [statement.document() for statement in statements],
    }
