"""What the role of a stack may do, evaluated for each resource that CloudFormation touches.

User Guide, "CloudFormation service role": CloudFormation uses the role of the stack for every
operation on it; without one, the permissions of the caller.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

from ministack_aws.access.role_permissions import denied, is_root
from ministack_aws.access.sessions import trusts
from ministack_aws.cloudformation.permissions import required_actions
from ministack_aws.cloudformation.resource_arns import known_arns, passed_roles
from ministack_aws.engine import cloudformation, iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Attributes, Context, Properties, Query, Response

SERVICE: Final = "cloudformation.amazonaws.com"
CHANGING: Final = (
    *("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "RollbackStack"),
)
Made = tuple[str, Attributes]

PRINCIPALS: dict[tuple[str, str, str], str] = {}
"""The ARN of the role or caller of each stack, by account, region and name."""


def register() -> None:
    """Evaluate every call that changes a stack, and every operation on its resources."""
    calls = cloudformation.calls()
    for name in CHANGING:
        calls[name] = _recording(calls[name])
    cloudformation.provision_resource.wrap(_creating)
    cloudformation.update_resource.wrap(_updating)
    cloudformation.delete_resource.wrap(_deleting)


def principal_of(stack: str) -> str:
    """The ARN of the role or caller that a stack is made with; empty where nobody is known."""
    return PRINCIPALS.get(_key(stack), "")


def act_as(principal: str, stack: str) -> None:
    """Let a stack be made with a role, as a service does that has one of its own for it."""
    PRINCIPALS[_key(stack)] = principal


def _recording(handle: Callable[[Query], Response]) -> Callable[[Query], Response]:
    @functools.wraps(handle)
    def recorded(params: Query) -> Response:
        role = cloudformation.parameter(params, "RoleARN")
        refusal = _role_refusal(role) if role else None
        if refusal:
            return cloudformation.error(*refusal)
        key = _key(cloudformation.parameter(params, "StackName"))
        if role:
            PRINCIPALS[key] = role
        elif not PRINCIPALS.get(key, "").startswith("arn:aws:iam:") or is_root(PRINCIPALS[key]):
            # "If you don't specify a value, CloudFormation uses the role that was previously
            # associated with the stack" (API_UpdateStack, RoleARN).
            PRINCIPALS[key] = iam.caller_arn()
        return handle(params)

    return recorded


def _key(stack: str) -> tuple[str, str, str]:
    return (get_account_id(), get_region(), stack.split("/")[1] if "/" in stack else stack)


def _role_refusal(role: str) -> tuple[str, str] | None:
    """Why the caller cannot hand this role to CloudFormation, or None."""
    record = iam.roles().get(role.rpartition("/")[2])
    if record is None or not trusts(record, SERVICE):
        return "ValidationError", f"Role {role} is invalid or cannot be assumed"
    denial = denied(iam.caller_arn(), "iam:PassRole", (role,), {"iam:passedtoservice": SERVICE})
    return ("AccessDenied", denial) if denial else None


def _creating(
    provision: Callable[[str, str, Properties, str], Made],
) -> Callable[[str, str, Properties, str], Made]:
    @functools.wraps(provision)
    def checked(
        resource_type: str, logical_id: str, properties: Properties, stack_name: str
    ) -> Made:
        _authorise(stack_name, resource_type, "create", properties)
        return provision(resource_type, logical_id, properties, stack_name)

    return checked


def _updating(update: Callable[..., Made]) -> Callable[..., Made]:
    @functools.wraps(update)
    def checked(
        resource_type: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        *rest: Any,
        **options: Any,
    ) -> Made:
        if old != new:
            _authorise(stack_name, resource_type, "update", new, old)
        return update(resource_type, physical_id, old, new, stack_name, *rest, **options)

    return checked


def _deleting(delete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete)
    def checked(
        resource_type: str,
        physical_id: str,
        properties: Properties,
        stack_name: str | None = None,
        *rest: Any,
        **options: Any,
    ) -> Any:
        _authorise(stack_name or "", resource_type, "delete", properties)
        return delete(resource_type, physical_id, properties, stack_name, *rest, **options)

    return checked


def _authorise(
    stack_name: str,
    resource_type: str,
    operation: str,
    properties: Properties,
    before: Properties | None = None,
) -> None:
    principal = PRINCIPALS.get(_key(stack_name))
    if principal is None or resource_type.startswith(("AWS::CloudFormation::", "AWS::CDK::")):
        return
    context = _tag_context(properties)
    for action in required_actions(get_region(), resource_type, operation, properties, before):
        if action != "iam:PassRole":
            _authorise_action(principal, action, resource_type, properties, context)
    if operation != "delete":
        for role, service in passed_roles(resource_type, properties):
            denial = denied(principal, "iam:PassRole", (role,), {"iam:passedtoservice": service})
            if denial:
                raise ValueError(denial)


def _authorise_action(
    principal: str, action: str, resource_type: str, properties: Properties, context: Context
) -> None:
    arns = known_arns(resource_type, action, properties)
    each: Sequence[Sequence[str]] = [(one,) for one in arns] or [()]
    for found in each:
        for attached in _attachment_contexts(action, found, properties):
            denial = denied(principal, action, found, {**context, **attached})
            if denial:
                raise ValueError(denial)


def _attachment_contexts(action: str, arns: Sequence[str], properties: Properties) -> list[Context]:
    """Each policy that is attached, and the boundary that the role already has.

    Service Authorization Reference, "AWS Identity and Access Management": what attaches, detaches,
    puts and deletes policies of a role knows its boundary.
    """
    if not action.endswith("RolePolicy"):
        return [{}]
    role = iam.roles().get(arns[0].rpartition("/")[2], {}) if arns else {}
    found = role.get("PermissionsBoundary")
    bounded = {"iam:permissionsboundary": found} if found else {}
    if not action.endswith("chRolePolicy"):
        return [bounded]
    policies = properties.get("ManagedPolicyArns", ())
    if properties.get("ManagedPolicyName"):
        name = f"{properties.get('Path', '/')}{properties['ManagedPolicyName']}"
        policies = [f"arn:aws:iam::{get_account_id()}:policy{name}"]
    return [{**bounded, "iam:policyarn": policy} for policy in policies] or [bounded]


def _tag_context(properties: Properties) -> Context:
    tags = properties.get("Tags") or ()
    pairs = (
        tags.items() if isinstance(tags, dict) else [(t.get("Key"), t.get("Value")) for t in tags]
    )
    context: dict[str, Any] = {"aws:tagkeys": [key for key, _ in pairs]}
    for key, value in pairs:
        context[f"aws:requesttag/{key}".lower()] = value
        context[f"aws:resourcetag/{key}".lower()] = value
    if properties.get("PermissionsBoundary"):
        context["iam:permissionsboundary"] = properties["PermissionsBoundary"]
    return context
