"""What is wrong with the text of a policy, as IAM and the services that have policies check it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ministack_aws.engine import iam

OPERATORS: Final = frozenset(
    name.lower()
    for name in (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase"),
        *("StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"),
        *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
        *("NumericGreaterThan", "NumericGreaterThanEquals"),
        *("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals"),
        *("DateGreaterThan", "DateGreaterThanEquals"),
        *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
        *("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null"),
    )
)
"""IAM User Guide, "IAM JSON policy elements: Condition operators"."""
PREFIXES: Final = ("foranyvalue:", "forallvalues:")
ACCOUNT: Final = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root")
IDENTITY: Final = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<name>.+)"
)
SESSION: Final = re.compile(
    r"arn:aws[a-z-]*:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)/(?P<session>.+)"
)
SERVICE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
OPAQUE: Final = re.compile(r"[A-Z0-9]{16,}|[0-9a-f]{64}|cloudfront")
"""Ids of principals that are gone, canonical ids of accounts, an origin access identity."""


def statements(document: str | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a policy; none where the text is not one."""
    try:
        found = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return []
    rows = found.get("Statement", []) if isinstance(found, Mapping) else []
    rows = [rows] if isinstance(rows, Mapping) else rows
    return [row for row in rows if isinstance(row, Mapping)]


def size(document: str | Mapping[str, Any]) -> int:
    """How long a policy counts as.

    IAM User Guide, "IAM and AWS STS quotas": "IAM does not count white space when calculating the
    size of a policy against these quotas".
    """
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\s", "", text))


def operator_problem(document: str | Mapping[str, Any]) -> str | None:
    """The first operator of a condition that IAM does not know, in IAM's words."""
    for statement in statements(document):
        for operator in statement.get("Condition") or {}:
            name = operator.lower().removesuffix("ifexists")
            for prefix in PREFIXES:
                name = name.removeprefix(prefix)
            if name not in OPERATORS:
                return f"Invalid Condition type : {operator}"
    return None


def principal_problem(document: str | Mapping[str, Any]) -> str | None:
    """The first principal of a resource's policy that is not there, in AWS's words.

    IAM User Guide, "AWS JSON policy elements: Principal": a role or user must exist when a policy
    that names it is written, and a wildcard stands for everybody only where it stands alone.
    """
    for statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            for kind, name in _named(statement.get(element)):
                if not _exists(kind, name):
                    return f'Invalid principal in policy: "{kind}":"{name}"'
    return None


def _named(principal: Any) -> Iterator[tuple[str, str]]:
    if isinstance(principal, str):
        yield "AWS", principal
    for kind, names in principal.items() if isinstance(principal, Mapping) else ():
        for name in [names] if isinstance(names, str) else names:
            # Of an empty list as a parameter of a stack MiniStack makes a list with an empty text.
            if name:
                yield kind, str(name)


def _exists(kind: str, name: str) -> bool:
    if kind == "Service":
        return bool(SERVICE.fullmatch(name))
    if kind != "AWS" or name == "*" or ACCOUNT.fullmatch(name) or OPAQUE.match(name):
        return True
    if session := SESSION.fullmatch(name):
        return iam.roles().get_scoped(session["account"], None, session["name"]) is not None
    identity = IDENTITY.fullmatch(name)
    if identity is None:
        return ":cloudfront:" in name or ":federated-user/" in name
    store = iam.roles() if identity["kind"] == "role" else iam.users()
    found = store.get_scoped(identity["account"], None, name.rpartition("/")[2])
    return found is not None and found["Arn"] == name
