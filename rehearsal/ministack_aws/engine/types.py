"""Types of what passes between MiniStack and this package."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Protocol, TypedDict, TypeVar, runtime_checkable

Client = Any
"""A client of boto3, which makes them at run time."""
Credentials = dict[str, str]
"""`aws_access_key_id`, `aws_secret_access_key` and `aws_session_token`."""

K = TypeVar("K")
V = TypeVar("V")

Record = dict[str, Any]
"""What a service keeps about one thing, under the names of its API."""
Properties = dict[str, Any]
"""The properties of a resource, intrinsic functions resolved."""
Attributes = dict[str, Any]
"""What GetAtt gives of a resource."""
Request = Mapping[str, Any]
"""The JSON of a call."""
Answer = Mapping[str, Any]
"""The JSON of what a call answers."""
Operations = Mapping[str, Callable[[Request], Answer]]
"""The calls of a service by name."""
Context = Mapping[str, Any]
"""Condition keys of IAM, in small letters, and their values."""
Headers = dict[str, str]
Response = tuple[int, Headers, bytes | str]
"""HTTP status, headers and body."""
Query = dict[str, list[str]]
"""The parameters of a call of the Query protocol."""
Serve = Callable[[str, str, Headers, bytes, Query], Any]
"""A service: a coroutine of method, path, headers, body and query, which gives a `Response`."""

Create = Callable[[str, Properties, str], tuple[str, Attributes]]
"""Logical id, properties and stack give Ref and attributes."""
Update = Callable[..., tuple[str, Attributes]]
"""Physical id, properties before and after, stack, and what else MiniStack gives."""
Delete = Callable[[str, Properties], Any]
"""Physical id and properties."""


class Handlers(TypedDict, total=False):
    """What CloudFormation does with the resources of a type."""

    create: Create
    update: Update
    delete: Delete


ResourceHandlers = dict[str, Handlers]
"""By type."""


class Store(MutableMapping[K, V]):
    """A table of a service, of the account and region of the request."""

    @abstractmethod
    def get_scoped(self, account: str, region: str | None, key: K) -> V | None:
        """What another account or region has under a key."""


class Statement(Protocol):
    """A statement of a policy, read."""

    effect: str
    actions: list[str]
    not_actions: list[str]
    resources: list[str]
    not_resources: list[str]
    conditions: dict[str, dict[str, Any]]


class Question(Protocol):
    """What IAM decides about: who does what with which resource."""

    principal_arn: str
    principal_account: str
    action: str
    resource_arn: str
    service_context: Context


@runtime_checkable
class Decision(Protocol):
    """How IAM has decided: `Allow`, `Deny` or `ImplicitDeny`."""

    decision: str
    principal_arn: str


@runtime_checkable
class Rejection(Protocol):
    """Credentials that are not known, or a signature that is wrong: nothing about permissions."""

    code: str
    message: str
