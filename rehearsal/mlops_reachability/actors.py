"""Whoever acts in an account, and what IAM lets him do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, action_matches, allows, conditions_hold, listed
from mlops_reachability.globs import witness
from mlops_reachability.model import Document, Statement, World

EVERYTHING: Final[Document] = ({"Effect": "Allow", "Action": "*", "Resource": "*"},)
NEVER: Final = frozenset(
    {
        "aws:calledvia",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:username",
    }
)
"""Keys that the call of a role's session does not have (IAM User Guide, "AWS global condition
context keys"). Multi-factor authentication is of users and of whoever assumed a role with it."""
PRINCIPAL_TAG: Final = "aws:principaltag/"
_VARIABLE: Final = re.compile(r"[$][{]([^}]+)[}]")


class Actor:
    """A role, or whoever else acts: his policies, his boundary, and his tags."""

    def __init__(
        self,
        world: World,
        arn: str,
        *,
        identity: Document,
        boundary: Document | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Take what IAM knows of him.

        Args:
            boundary: None where there is no boundary.
        """
        self.world = world
        self.arn = arn
        self.account = arn.split(":")[4]
        self.identity = identity
        self.boundary = boundary
        self.tags = tags or {}
        self._mentioned: dict[str, bool] = {}
        self._by_action: dict[str, tuple[list[Statement], list[Statement] | None]] = {}

    def can(
        self,
        action: str,
        resource: str,
        context: Mapping[str, str] | None = None,
        *,
        without: frozenset[str] = frozenset(),
    ) -> bool:
        """Whether he may do something with a resource, whatever he chooses besides.

        Args:
            context: what is known of the call.
            without: keys, in lower case, that the call does not have.
        """
        found = self.world.resources.get(_policy_owner(resource))
        policy = self.world.about(found.policy, action) if found and found.policy else ()
        if not policy and not self.mentions(action):
            return False
        request = self._request(action, resource, context or {}, without)
        own, boundary = self._statements(action)
        identity = allows(own, request) and (boundary is None or allows(boundary, request))
        denied = any(
            s["Effect"] == "Deny" and not allows([_ALLOWED, s], request)
            for s in (*own, *(boundary or ()))
        )
        if denied:
            return False
        owner = found.account if found else _account_of(resource)
        theirs = self._of_resource(policy, request)
        if any(s["Effect"] == "Deny" for s, holds, _ in theirs if holds is True):
            return False
        admitted = [
            named for s, holds, named in theirs if s["Effect"] == "Allow" and holds is not False
        ]
        if owner and owner != self.account:
            return identity and bool(admitted)
        return identity or True in admitted

    def permits(self, action: str, resource: str) -> bool:
        """Whether his own policies let him; a trust policy, on the other side, is not asked."""
        if not self.mentions(action):
            return False
        request = self._request(action, resource, {}, frozenset())
        own, boundary = self._statements(action)
        return allows(own, request) and (boundary is None or allows(boundary, request))

    def some(
        self,
        action: str,
        shape: str,
        context: Mapping[str, str] | None = None,
        *,
        without: frozenset[str] = frozenset(),
    ) -> str | None:
        """A resource of a shape with which he may do something; None where there is none."""
        for candidate in self.candidates(action, shape):
            if self.can(action, candidate, context, without=without):
                return candidate
        return None

    def candidates(self, action: str, shape: str) -> Iterator[str]:
        """Resources of a shape that the policies allow, as far as patterns say it."""
        if not self.mentions(action):
            return
        own, boundary = self._statements(action)
        seen: set[str] = set()
        for first in self._patterns(own):
            for second in self._patterns(boundary) if boundary is not None else ("*",):
                found = witness(shape, first, second)
                if found is not None and found not in seen:
                    seen.add(found)
                    yield found

    def mentions(self, action: str) -> bool:
        """Whether a policy of his allows the action on anything."""
        if action not in self._mentioned:
            own, boundary = self._statements(action)
            self._mentioned[action] = all(
                any(s["Effect"] == "Allow" for s in found)
                for found in (own, boundary)
                if found is not None
            )
        return self._mentioned[action]

    def is_named_by(self, principal: Any) -> bool | None:
        """Whether a principal of a policy means him by name; None where it means his account."""
        if principal == "*":
            return None
        named = listed(principal.get("AWS", ()))
        if self.arn in named:
            return True
        accounts = {"*", self.account, f"arn:aws:iam::{self.account}:root"}
        return None if accounts & set(named) else False

    def request(self, action: str, resource: str, context: Mapping[str, str]) -> Request:
        """A call of his, for policies that are not about a resource of the world."""
        return self._request(action, resource, context, frozenset())

    def _patterns(self, statements: Sequence[Statement]) -> Iterator[str]:
        for statement in statements:
            if statement["Effect"] == "Allow":
                for pattern in listed(statement.get("Resource", "*")):
                    yield _VARIABLE.sub(self._filled, pattern)

    def _filled(self, match: re.Match[str]) -> str:
        found = self._context.get(match[1])
        return "*" if found is None else found

    def _statements(self, action: str) -> tuple[list[Statement], list[Statement] | None]:
        if action not in self._by_action:
            own = [s for s in self.identity if action_matches(s, action)]
            boundary = (
                None
                if self.boundary is None
                else [s for s in self.boundary if action_matches(s, action)]
            )
            self._by_action[action] = own, boundary
        return self._by_action[action]

    def _of_resource(
        self, policy: Document, request: Request
    ) -> list[tuple[Statement, bool | None, bool | None]]:
        found: list[tuple[Statement, bool | None, bool | None]] = []
        for statement in policy:
            named = self.is_named_by(statement.get("Principal", {}))
            if named is not False:
                found.append((statement, _speaks_of(statement, request), named))
        return found

    def _request(
        self, action: str, resource: str, context: Mapping[str, str], without: frozenset[str]
    ) -> Request:
        found = self.world.resources.get(_policy_owner(resource))
        account = found.account if found else _account_of(resource)
        known = {**self._context, **({"aws:ResourceAccount": account} if account else {})}
        absent = NEVER | without | self._tags_he_lacks
        if found:
            tags = self.world.tags(found.arn)
            known |= {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
            absent |= {k for k in self.world.resource_tag_keys if k.partition("/")[2] not in tags}
        return Request(action, resource, {**known, **context}, open=True, absent=absent)

    @cached_property
    def _context(self) -> dict[str, str]:
        return {
            "aws:PrincipalArn": self.arn,
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalIsAWSService": "false",
            "aws:ViaAWSService": "false",
            "aws:SecureTransport": "true",
            **{f"aws:PrincipalTag/{key}": value for key, value in self.tags.items()},
        }

    @cached_property
    def _tags_he_lacks(self) -> frozenset[str]:
        own = {f"{PRINCIPAL_TAG}{key}".lower() for key in self.tags}
        return frozenset(k for k in self.world.condition_keys if k.startswith(PRINCIPAL_TAG)) - own


_ALLOWED: Final[Statement] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _policy_owner(arn: str) -> str:
    """The resource whose policy is asked: of an object its bucket."""
    return arn.partition("/")[0] if arn.startswith("arn:aws:s3:::") else arn


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""


def _speaks_of(statement: Statement, request: Request) -> bool | None:
    """Whether a statement of a resource's policy is about a call of the principal it means."""
    besides = {k: v for k, v in statement.items() if k in ("Resource", "NotResource")}
    if besides and besides.get("Resource") != "*":
        probe = {"Effect": "Allow", "Action": "*", **besides}
        if not allows([probe], request):
            return False
    conditions = statement.get("Condition")
    return conditions_hold(conditions, request) if conditions else True
