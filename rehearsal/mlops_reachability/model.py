"""What the graph is made of: accounts, roles with their documents, resources, stacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mlops_commons.iam.evaluation import action_matches

Statement = Mapping[str, Any]
Document = tuple[Statement, ...]
FOREIGN: Final = "999999999999"
"""An account that is none of the platform's."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role; its policies are keys of the world's documents.

    Attributes:
        trust, policies, boundary: keys of documents; no boundary is an empty text.
        stack: the stack that makes it.
    """

    arn: str
    account: str
    trust: str
    policies: tuple[str, ...] = ()
    boundary: str = ""
    tags: Mapping[str, str]
    stack: str

    @property
    def name(self) -> str:
        """The name without the path."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource with every reference filled in.

    Attributes:
        policy: the key of its own policy; empty without one.
    """

    arn: str
    type: str
    account: str
    name: str
    stack: str
    logical_id: str
    properties: Mapping[str, Any]
    policy: str = ""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack; `role` is what CloudFormation applies its templates with, empty for the caller's."""

    name: str
    arn: str
    account: str
    role: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that stands in the accounts.

    Attributes:
        places: `governance`, `dev`, `preprod` or `prod`, by account.
        documents: statements by what they are: `policy ARN`, `inline ROLE NAME`, `trust ROLE`,
            `resource ARN`.
        open_accounts: the parameters of products that take any account's number.
    """

    region: str
    places: Mapping[str, str]
    documents: Mapping[str, Document]
    roles: Mapping[str, Role]
    resources: Mapping[str, Resource]
    stacks: tuple[Stack, ...]
    open_accounts: tuple[str, ...] = ()

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """The resources of some types."""
        return tuple(r for kind in types for r in self._by_type.get(kind, ()))

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    def about(self, key: str, action: str) -> Document:
        """The statements of a document that name an action."""
        if (key, action) not in self._about:
            self._about[key, action] = tuple(
                s for s in self.documents.get(key, ()) if action_matches(s, action)
            )
        return self._about[key, action]

    def tags(self, arn: str) -> Mapping[str, str]:
        """The tags of a resource, their keys in lower case."""
        if arn not in self._tags:
            tags = self.resources[arn].properties.get("Tags", ())
            rows = (
                tags.items()
                if isinstance(tags, Mapping)
                else ((t["Key"], t["Value"]) for t in tags)
            )
            self._tags[arn] = {key.lower(): str(value) for key, value in rows}
        return self._tags[arn]

    @cached_property
    def _about(self) -> dict[tuple[str, str], Document]:
        return {}

    @cached_property
    def _tags(self) -> dict[str, Mapping[str, str]]:
        return {}

    def account(self, place: str) -> str:
        """The account of a place."""
        return next(account for account, found in self.places.items() if found == place)

    @cached_property
    def condition_keys(self) -> frozenset[str]:
        """Every condition key that a policy knows, in lower case."""
        return frozenset(
            key.lower()
            for document in self.documents.values()
            for statement in document
            for entries in statement.get("Condition", {}).values()
            for key in entries
        )

    @cached_property
    def resource_tag_keys(self) -> frozenset[str]:
        """Those that ask for a tag of the resource, such as `aws:resourcetag/team`."""
        return frozenset(key for key in self.condition_keys if ":resourcetag/" in key)
