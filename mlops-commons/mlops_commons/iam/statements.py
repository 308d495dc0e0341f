"""How a permission is written down: an IAM statement and why its wildcards stand."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.utilities.cloudformation import attribute, ref, sub

Condition = Mapping[str, Mapping[str, Any]]
# A token of the CDK looks like a name and is resolved by the CDK.
ONE_NAME: Final = re.compile(r"[$][{]([A-Za-z][\w:]*)(?:[.](\w+))?[}]")
NAME_IN_TEXT: Final = re.compile(r"[$][{](?!Token\[)")
NAME_OF_A_TEMPLATE: Final = re.compile(r"[$][{](?!Token\[|!)")
"""Not a variable of IAM, which `Fn::Sub` writes as `${!aws:PrincipalTag/...}`."""


Substitute = Callable[[str, Mapping[str, Any]], Any]


def substituted(text: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """A text with `${Names}`, and values for some of them, as plain data."""
    if not variables and (alone := ONE_NAME.fullmatch(text)):
        return attribute(*alone.groups()) if alone[2] else ref(alone[1])
    return {"Fn::Sub": [text, dict(variables)]} if variables else sub(text)


@dataclass(frozen=True, kw_only=True)
class Principals:
    """Who a statement of a resource policy or of a trust policy is about.

    Attributes:
        services: such as `events.amazonaws.com`.
        aws: ARNs of roles or of accounts, or `*` for everybody.
    """

    services: tuple[str, ...] = ()
    aws: tuple[str, ...] = ()


EVERYBODY: Final = Principals(aws=("*",))


def account_roots(*accounts: str) -> Principals:
    """Whole accounts, by their ids or by the names of the template's parameters for them."""
    return Principals(aws=tuple(f"arn:${{AWS::Partition}}:iam::{a}:root" for a in accounts))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One IAM statement, in the words of CloudFormation's `Fn::Sub`.

    Attributes:
        sid: what it is for; empty only where there is no room for it.
        actions: exact actions; families such as `iam:*` only to deny, or in a boundary.
        resources: ARNs with `${AWS::...}` or other names of the template, or `*` where an
            action does not support resource-level permissions; none in the policy of a resource
            that always means itself.
        not_actions: instead of `actions`, everything but these; only to deny.
        not_resources: instead of `resources`, everything but these; only to deny.
        principals: only in resource policies and trust policies.
        reason: why a wildcard in the resources is right; needed where there is one.
        variables: further names that the texts use as `${Name}`, with their values.
    """

    sid: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Principals = field(default_factory=Principals)
    reason: str = ""
    condition: Condition = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    effect: str = "Allow"

    def document(self, substitute: Substitute = substituted) -> dict[str, Any]:
        """The statement of a policy document.

        Args:
            substitute: what becomes of a text with names in it; plain data, unless somebody else
                writes intrinsic functions differently.
        """
        content: dict[str, Any] = {"Sid": self.sid} if self.sid else {}
        content["Effect"] = self.effect
        if principals := self._principals(substitute):
            content["Principal"] = principals
        content["NotAction" if self.not_actions else "Action"] = list(
            self.not_actions or self.actions
        )
        named = "NotResource" if self.not_resources else "Resource"
        if resources := [
            self._text(text, substitute) for text in self.not_resources or self.resources
        ]:
            content[named] = resources
        if self.condition:
            content["Condition"] = {
                operator: {key: self._value(value, substitute) for key, value in entries.items()}
                for operator, entries in self.condition.items()
            }
        return content

    def findings(self) -> list[str]:
        """The ids under which cdk-nag reports the wildcards."""
        if self.effect == "Deny":
            return []
        wild = [resource for resource in self.resources if "*" in resource]
        shown = [re.sub(r"[$][{]([^}]+)[}]", r"<\1>", resource) for resource in wild]
        return [
            *(f"AwsSolutions-IAM5[Resource::{resource}]" for resource in shown),
            *(f"AwsSolutions-IAM5[Action::{action}]" for action in self.actions if "*" in action),
        ]

    def _principals(self, substitute: Substitute) -> dict[str, Any]:
        found = {}
        for kind, texts in (("Service", self.principals.services), ("AWS", self.principals.aws)):
            values = [self._text(text, substitute) for text in texts]
            if values:
                found[kind] = values if len(values) > 1 else values[0]
        return found

    def _value(self, value: Any, substitute: Substitute) -> Any:
        if isinstance(value, Mapping):
            return value
        if isinstance(value, str):
            return self._text(value, substitute)
        return [self._text(entry, substitute) for entry in value]

    def _text(self, value: str, substitute: Substitute) -> Any:
        if "${!" in value and not NAME_OF_A_TEMPLATE.search(value):
            # Without a name to fill in, cfn-lint has `Fn::Sub` for superfluous (W1020).
            return value.replace("${!", "${")
        used = {name: v for name, v in self.variables.items() if f"${{{name}}}" in value}
        return substitute(value, used) if used or NAME_IN_TEXT.search(value) else value


def wildcard_reasons(statements: Iterable[Statement]) -> dict[str, str]:
    """The ids under which cdk-nag reports the wildcards of statements, each with its reason."""
    return {
        finding: statement.reason for statement in statements for finding in statement.findings()
    }


def arns(service: str, *resources: str) -> tuple[str, ...]:
    """ARNs of this account and region: `arns("sagemaker", "model/*")`."""
    prefix = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:"
    return tuple(f"{prefix}{resource}" for resource in resources)


def actions(service: str, names: str) -> tuple[str, ...]:
    """Actions of one service: `actions("s3", "GetObject PutObject")`."""
    return tuple(f"{service}:{name}" for name in names.split())


def policy_document(
    statements: Iterable[Statement], substitute: Substitute = substituted
) -> dict[str, Any]:
    """A policy document of statements."""
    return {
        "Version": "2012-10-17",
        "Statement": [statement.document(substitute) for statement in statements],
    }
