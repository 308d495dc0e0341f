"""Who enters which role, read from the trust policies that the accounts hold."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mlops_rehearsal.report.deployed import Role

ACCOUNT: Final = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::(.+))?")
"""A principal of the type AWS: an account's number, or an ARN with it (IAM User Guide, AWS JSON
policy elements: Principal)."""


class From(StrEnum):
    """Where whoever enters a role comes from."""

    SAME = "the same account"
    PLATFORM = "another account of the platform"
    SERVICE = "a service of AWS"
    FEDERATED = "an identity provider"
    OUTSIDE = "an account that is not the platform's"
    ANYONE = "anyone"


SAFE: Final = (From.SAME, From.PLATFORM, From.SERVICE, From.FEDERATED)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Somebody whom a role's trust policy lets in.

    Attributes:
        account: of the role; `by` is the account of who enters, if one is known.
        who: as people read it.
        conditions: in JSON; empty where there are none.
    """

    account: str
    role: str
    origin: From
    who: str
    by: str = ""
    conditions: str = ""


def entries(roles: Iterable[Role], platform: Sequence[str]) -> Iterator[Entry]:
    """Every way into every role.

    Args:
        platform: the accounts that belong to it.
    """
    for role in roles:
        for statement in as_list(role.trust.get("Statement", ())):
            if statement.get("Effect") == "Allow" and _assumes(statement):
                yield from _of_statement(role, statement, platform)


def _assumes(statement: Mapping[str, Any]) -> bool:
    actions = [str(action).lower() for action in as_list(statement.get("Action", "*"))]
    return any(action == "*" or action.startswith(("sts:assume", "sts:*")) for action in actions)


def _of_statement(
    role: Role, statement: Mapping[str, Any], platform: Sequence[str]
) -> Iterator[Entry]:
    condition = statement.get("Condition") or {}
    told = json.dumps(condition, sort_keys=True) if condition else ""
    principal = statement.get("Principal", "*")
    kinds = {"AWS": principal} if isinstance(principal, str) else principal
    for kind, names in kinds.items():
        # MiniStack leaves an empty name where a list of the bootstrap is empty: nobody has it.
        for name in filter(None, as_list(names)):
            origin, who, by = _origin(kind, str(name), role.account, platform)
            yield Entry(
                account=role.account,
                role=role.name,
                origin=origin,
                who=who,
                by=by,
                conditions=told,
            )


def _origin(kind: str, name: str, own: str, platform: Sequence[str]) -> tuple[From, str, str]:
    if kind == "Service":
        return From.SERVICE, name, ""
    if kind == "Federated":
        return From.FEDERATED, name, ""
    found = ACCOUNT.fullmatch(name)
    if not found:
        return From.ANYONE, name, ""
    account, rest = found[1], found[2] or "root"
    who = "roles that its own policies let" if rest == "root" else rest
    if account == own:
        return From.SAME, who, account
    return (From.PLATFORM if account in platform else From.OUTSIDE), who, account


def as_list(value: Any) -> list[Any]:
    """One or many, as policies may have it."""
    return value if isinstance(value, list) else [value]
