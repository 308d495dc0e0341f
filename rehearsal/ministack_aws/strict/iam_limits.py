"""IAM's limits and its checks of documents, through its own calls and through CloudFormation.

Source of the numbers: IAM User Guide, "IAM and AWS STS quotas" (reference_iam-quotas.html), and the
API Reference, CreateRole, RoleName.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ministack_aws.access.policy_problems import operator_problem, principal_problem, size
from ministack_aws.engine import iam
from ministack_aws.engine.types import (
    Attributes,
    Properties,
    Query,
    Record,
    ResourceHandlers,
    Response,
)

MANAGED_CHARACTERS: Final = 6144
INLINE_CHARACTERS: Final = {"Role": 10240, "User": 2048, "Group": 5120}
"""All inline policies of one together."""
TRUST_CHARACTERS: Final = 2048
ATTACHED: Final = 10
NAME_CHARACTERS: Final = 64

Change = Callable[..., tuple[str, Attributes]]
Document = str | Mapping[str, Any]
Stores = Callable[[], Any]


class Refused(Exception):
    """IAM refuses a call; the code of the error and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} (Service: Iam, Error Code: {code})")
        self.code, self.message = code, message


def register(handlers: ResourceHandlers) -> None:
    """Check what CloudFormation makes of IAM, and IAM's own calls."""
    for name, check in RESOURCES.items():
        handler = handlers[f"AWS::IAM::{name}"]
        for operation, position in (("create", 1), ("update", 2)):
            handler[operation] = _checked(handler[operation], check, position)  # type: ignore[literal-required]
    calls = iam.calls()
    for name, of_call in CALLS.items():
        calls[name] = _checked_call(calls[name], of_call)


def _checked(change: Change, check: Callable[[Properties], None], position: int) -> Change:
    def checked(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        try:
            check(arguments[position])
        except Refused as error:
            raise ValueError(str(error)) from error
        return change(*arguments, **options)

    return checked


def _checked_call(
    answer: Callable[[Query], Response], check: Callable[[Mapping[str, str]], None]
) -> Callable[[Query], Response]:
    def checked(parameters: Query) -> Response:
        try:
            check({name: values[0] for name, values in parameters.items() if values})
        except Refused as error:
            return iam.error(400, error.code, error.message)
        return answer(parameters)

    return checked


def name_fits(name: str, kind: str) -> None:
    """API_CreateRole, RoleName: "Length Constraints: Minimum length of 1. Maximum length of 64"."""
    if len(name) > NAME_CHARACTERS:
        raise Refused(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at '{kind}' failed to satisfy "
            f"constraint: Member must have length less than or equal to {NAME_CHARACTERS}",
        )


def trust_fits(document: Document) -> None:
    """The trust policy of a role: its size, operators and principals."""
    _known(document)
    problem = principal_problem(document)
    if problem:
        raise Refused("MalformedPolicyDocument", problem)
    if size(document) > TRUST_CHARACTERS:
        raise Refused(
            "LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_CHARACTERS}"
        )


def managed_fits(document: Document) -> None:
    """A managed policy: its size and operators."""
    _known(document)
    if size(document) > MANAGED_CHARACTERS:
        raise Refused("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_CHARACTERS}")


def inline_fits(kind: str, name: str, documents: Iterable[Document]) -> None:
    """All inline policies of a role, a user or a group together."""
    found = list(documents)
    for document in found:
        _known(document)
    most = INLINE_CHARACTERS[kind]
    if sum(map(size, found)) > most:
        raise Refused(
            "LimitExceeded",
            f"Maximum policy size of {most} bytes exceeded for {kind.lower()} {name}",
        )


def attached_fit(name: str, policies: Iterable[str]) -> None:
    """The managed policies of a role: ten at most."""
    if len(set(policies)) > ATTACHED:
        raise Refused(
            "LimitExceeded",
            f"Cannot exceed quota for PoliciesPerRole: {ATTACHED} (role {name})",
        )


def _known(document: Document) -> None:
    problem = operator_problem(document)
    if problem:
        raise Refused("MalformedPolicyDocument", problem)


def _role(properties: Properties) -> None:
    name = properties.get("RoleName", "")
    name_fits(name, "roleName")
    trust_fits(properties["AssumeRolePolicyDocument"])
    rows = properties.get("Policies") or ()
    inline_fits("Role", name, [row["PolicyDocument"] for row in rows])
    attached_fit(name, properties.get("ManagedPolicyArns") or ())


def _inline(properties: Properties) -> None:
    for kind in INLINE_CHARACTERS:
        for name in properties.get(f"{kind}s") or ():
            documents = _inline_documents(kind, name, properties["PolicyName"])
            inline_fits(kind, name, [*documents, properties["PolicyDocument"]])


def _inline_documents(kind: str, name: str, without: str) -> list[Document]:
    stores: Mapping[str, Stores] = {"Role": iam.roles, "User": iam.users}
    record: Record = (stores[kind]().get(name) or {}) if kind in stores else {}
    found: Mapping[str, Document] = record.get("InlinePolicies") or {}
    return [document for policy, document in found.items() if policy != without]


def _managed(properties: Properties) -> None:
    managed_fits(properties["PolicyDocument"])
    for name in properties.get("Roles") or ():
        attached = (iam.roles().get(name) or {}).get("AttachedPolicies") or ()
        attached_fit(name, [*attached, properties.get("ManagedPolicyName", "this one")])


def _user(properties: Properties) -> None:
    name_fits(properties.get("UserName", ""), "userName")


RESOURCES: Final[Mapping[str, Callable[[Properties], None]]] = {
    "ManagedPolicy": _managed,
    "Policy": _inline,
    "Role": _role,
    "User": _user,
}


def _create_role(call: Mapping[str, str]) -> None:
    name_fits(call["RoleName"], "roleName")
    trust_fits(call["AssumeRolePolicyDocument"])


def _put_inline(kind: str) -> Callable[[Mapping[str, str]], None]:
    def check(call: Mapping[str, str]) -> None:
        name = call[f"{kind}Name"]
        documents = _inline_documents(kind, name, call["PolicyName"])
        inline_fits(kind, name, [*documents, call["PolicyDocument"]])

    return check


def _attach(call: Mapping[str, str]) -> None:
    name = call["RoleName"]
    attached = (iam.roles().get(name) or {}).get("AttachedPolicies") or ()
    attached_fit(name, [*attached, call["PolicyArn"]])


CALLS: Final[Mapping[str, Callable[[Mapping[str, str]], None]]] = {
    "AttachRolePolicy": _attach,
    "CreatePolicy": lambda call: managed_fits(call["PolicyDocument"]),
    "CreatePolicyVersion": lambda call: managed_fits(call["PolicyDocument"]),
    "CreateRole": _create_role,
    "PutRolePolicy": _put_inline("Role"),
    "PutUserPolicy": _put_inline("User"),
    "UpdateAssumeRolePolicy": lambda call: trust_fits(call["PolicyDocument"]),
}
"""What is checked before each call of IAM."""
