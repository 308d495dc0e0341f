"""What the role of a stack may do, evaluated for each resource that CloudFormation touches.

User Guide, "CloudFormation service role": CloudFormation uses the role of the stack for every
operation on it; without one, the permissions of the caller.
"""

import functools

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam
from ministack.services.cloudformation import handlers, stacks
from ministack.services.cloudformation.helpers import _error, _p

from ministack_aws.cloudformation import decisions
from ministack_aws.cloudformation.permissions import required_actions
from ministack_aws.cloudformation.resource_arns import known_arns, passed_roles
from ministack_aws.sessions import trusts

SERVICE = "cloudformation.amazonaws.com"
CHANGING = ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "RollbackStack")
DENIAL = (
    "User: {principal} is not authorized to perform: {action}{on} because no identity-based policy "
    "allows the {action} action (Service: {service}, Status Code: 403)"
)
EXPLICIT_DENIAL = (
    "User: {principal} is not authorized to perform: {action}{on} with an explicit deny in an "
    "identity-based policy (Service: {service}, Status Code: 403)"
)

PRINCIPALS = {}
"""The ARN of the role or caller of each stack, by account, region and name."""


def register():
    """Evaluate every call that changes a stack, and every operation on its resources."""
    for name in CHANGING:
        handlers._ACTION_HANDLERS[name] = _recording(handlers._ACTION_HANDLERS[name])
    stacks._provision_resource = _creating(stacks._provision_resource)
    stacks._update_resource = _updating(stacks._update_resource)
    stacks._delete_resource = _deleting(stacks._delete_resource)


def principal_of(stack):
    """The ARN of the role or caller that a stack is made with; empty where nobody is known."""
    return PRINCIPALS.get(_key(stack), "")


def act_as(principal, stack):
    """Let a stack be made with a role, as a service does that has one of its own for it."""
    PRINCIPALS[_key(stack)] = principal


def _recording(handle):
    @functools.wraps(handle)
    def recorded(params):
        role = _p(params, "RoleARN")
        refusal = role and _role_refusal(role)
        if refusal:
            return _error(*refusal)
        key = _key(_p(params, "StackName"))
        if role:
            PRINCIPALS[key] = role
        elif not PRINCIPALS.get(key, "").startswith("arn:aws:iam:") or _is_root(PRINCIPALS[key]):
            # "If you don't specify a value, CloudFormation uses the role that was previously
            # associated with the stack" (API_UpdateStack, RoleARN).
            PRINCIPALS[key] = evaluator.caller_arn()
        return handle(params)

    return recorded


def _key(stack):
    return (get_account_id(), get_region(), stack.split("/")[1] if "/" in stack else stack)


def _role_refusal(role):
    """Why the caller cannot hand this role to CloudFormation, or None."""
    record = iam._roles.get(role.rpartition("/")[2])
    if record is None or not trusts(record, SERVICE):
        return "ValidationError", f"Role {role} is invalid or cannot be assumed"
    caller = evaluator.caller_arn()
    denial = denied(caller, "iam:PassRole", (role,), {"iam:passedtoservice": SERVICE})
    return ("AccessDenied", denial) if denial else None


def _creating(provision):
    @functools.wraps(provision)
    def checked(resource_type, logical_id, properties, stack_name, *rest):
        _authorise(stack_name, resource_type, "create", properties)
        return provision(resource_type, logical_id, properties, stack_name, *rest)

    return checked


def _updating(update):
    @functools.wraps(update)
    def checked(resource_type, physical_id, old, new, stack_name, *rest, **options):
        if old != new:
            _authorise(stack_name, resource_type, "update", new, old)
        return update(resource_type, physical_id, old, new, stack_name, *rest, **options)

    return checked


def _deleting(delete):
    @functools.wraps(delete)
    def checked(resource_type, physical_id, properties, stack_name=None, *rest, **options):
        _authorise(stack_name or "", resource_type, "delete", properties)
        return delete(resource_type, physical_id, properties, stack_name, *rest, **options)

    return checked


def _authorise(stack_name, resource_type, operation, properties, before=None):
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


def _authorise_action(principal, action, resource_type, properties, context):
    arns = known_arns(resource_type, action, properties)
    for found in [(one,) for one in arns] or [()]:
        for attached in _attachment_contexts(action, found, properties):
            denial = denied(principal, action, found, {**context, **attached})
            if denial:
                raise ValueError(denial)


def _attachment_contexts(action, arns, properties):
    """Each policy that is attached, and the boundary that the role already has."""
    if not action.endswith("chRolePolicy"):
        return [{}]
    role = iam._roles.get(arns[0].rpartition("/")[2], {}) if arns else {}
    found = role.get("PermissionsBoundary")
    bounded = {"iam:permissionsboundary": found} if found else {}
    policies = properties.get("ManagedPolicyArns", ())
    if properties.get("ManagedPolicyName"):
        name = f"{properties.get('Path', '/')}{properties['ManagedPolicyName']}"
        policies = [f"arn:aws:iam::{get_account_id()}:policy{name}"]
    return [{**bounded, "iam:policyarn": policy} for policy in policies] or [bounded]


def _tag_context(properties):
    tags = properties.get("Tags") or ()
    pairs = (
        tags.items() if isinstance(tags, dict) else [(t.get("Key"), t.get("Value")) for t in tags]
    )
    context = {"aws:tagkeys": [key for key, _ in pairs]}
    for key, value in pairs:
        context[f"aws:requesttag/{key}".lower()] = value
        context[f"aws:resourcetag/{key}".lower()] = value
    if properties.get("PermissionsBoundary"):
        context["iam:permissionsboundary"] = properties["PermissionsBoundary"]
    return context


def denied(principal, action, resources, context):
    """Why a principal may not do something, in AWS's words; None where it may.

    Args:
        resources: exact ARNs; none where they are not known before AWS makes them. Then a
            statement counts that names any resource of the action's service in the account.
    """
    if _is_root(principal):
        return None
    text = _refusal(principal, action, resources, context)
    decisions.record(principal, action, decisions.DENIED if text else decisions.ALLOWED)
    return text


def _refusal(principal, action, resources, context):
    session, layers = _policies(principal)
    for resource in resources or (None,):
        question = evaluator.EvalContext(
            principal_arn=session,
            principal_type="AssumedRole",
            principal_account=get_account_id(),
            action=action,
            resource_arn=resource or "*",
            region=get_region(),
            service_context=context,
        )
        text = _decision(question, layers, resource)
        if text:
            on = f" on resource: {resource}" if resource else ""
            service = action.partition(":")[0]
            return text.format(principal=session, action=action, on=on, service=service)
    return None


def _decision(question, layers, resource):
    if any(_matching(question, layer, "Deny", resource) for layer in layers):
        return EXPLICIT_DENIAL
    if all(_matching(question, layer, "Allow", resource) for layer in layers):
        return None
    return DENIAL


def _matching(question, statements, effect, resource):
    return any(
        statement.effect == effect
        and evaluator._action_matches(question.action, statement.actions, statement.not_actions)
        and _covers(statement, question, resource)
        and evaluator._conditions_met(_known(statement.conditions, question), question)
        for statement in statements
    )


MADE_LATER = ("iam:policyarn", "iam:awsservicename")
"""Keys whose value CloudFormation knows only when the resource is there: they decide nothing here
while they are not known."""


def _known(conditions, question):
    context = question.service_context
    return {
        operator: {
            key: value
            for key, value in entries.items()
            if key.lower() not in MADE_LATER or key.lower() in context
        }
        for operator, entries in conditions.items()
    }


def _covers(statement, question, resource):
    if resource:
        return evaluator._resource_matches(resource, statement.resources, statement.not_resources)
    if statement.effect == "Deny":
        # Nobody knows whether it is meant; a Deny for everything is.
        return "*" in statement.resources
    service = question.action.partition(":")[0]
    return bool(statement.not_resources) or any(
        _may_be_here(pattern, service) for pattern in statement.resources
    )


ARN_NAMES = {"servicecatalog": "catalog"}
"""Services whose ARNs have another name than their actions."""


def _may_be_here(pattern, service):
    if pattern == "*":
        return True
    parts = pattern.split(":", 5)
    return (
        len(parts) == 6
        and parts[2] in (ARN_NAMES.get(service, service), "*")
        and parts[3] in ("", "*", get_region())
        and parts[4] in ("", "*", get_account_id())
    )


def _policies(principal):
    """The session's ARN, and the statements of the policies and of the permissions boundary."""
    account = get_account_id()
    if ":user/" in principal:
        name = principal.rpartition("/")[2]
        gathered = evaluator._gather_user_policies(name, account)
        limits = evaluator._permissions_boundary(iam._users, name, account)
        session = principal
    else:
        assumed = ":assumed-role/" in principal
        name = principal.split("/")[1] if assumed else principal.rpartition("/")[2]
        gathered = evaluator._gather_role_policies(name, account)
        limits = evaluator._permissions_boundary(iam._roles, name, account)
        session = (
            principal
            if assumed
            else f"arn:aws:sts::{account}:assumed-role/{name}/AWSCloudFormation"
        )
    return session, [_flat(layer) for layer in (gathered, *limits)]


def _flat(documents):
    return [statement for document in documents for statement in document]


def _is_root(principal):
    return principal.endswith(":root")
