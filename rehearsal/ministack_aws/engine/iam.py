"""IAM: its roles, users and policies, sessions of roles, and how it decides."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import (
    Context,
    Decision,
    Query,
    Question,
    Record,
    Rejection,
    Response,
    Statement,
    Store,
)

IAM, EVALUATOR = "ministack.services.iam", "ministack.core.iam_evaluator"

roles = Value[Store[str, Record]](IAM, "_roles", "AccountScopedDict")
users = Value[Store[str, Record]](IAM, "_users", "AccountScopedDict")
policies = Value[Store[str, Record]](IAM, "_policies", "AccountScopedDict")
"""Roles and users by name, policies by ARN."""
namespaces = Value[dict[str, str]]("ministack.core.iam_actions", "SERVICE_TO_IAM_NAMESPACE", "dict")
"""What actions of a service begin with, by the name of the service."""
calls = Value[dict[str, Callable[[Query], Response]]](IAM, "_IAM_HANDLERS", "dict")
"""By the name of the call."""
error = Function[[int, str, str], Response](IAM, "_error", "(status, code, message, ns=)")
register_session = Function[[str, Mapping[str, str]], None](
    "ministack.services.sts", "register_session", "(access_key, session)"
)

caller_arn = Function[[], str](EVALUATOR, "caller_arn", "()")
caller_of = Function[[str], Record | None](EVALUATOR, "resolve_caller_identity", "(access_key_id)")
pin_request_origin = Function[[str, bool], None](
    EVALUATOR, "pin_request_origin", "(source_ip, secure_transport)"
)

enforce = Function[[str, str, str, str, str, Context | None], Decision | Rejection | None](
    EVALUATOR,
    "enforce",
    "(access_key_id, iam_action, service, region, resource_arn=, service_context=)",
)
"""None where the caller may; the refusal otherwise."""
rejection = Function[[str, str], Rejection](EVALUATOR, "AuthError", "(code, message, details=)")
question = Function[..., Question](
    EVALUATOR,
    "EvalContext",
    "(principal_arn, principal_type, principal_account, action, resource_arn, region, source_ip=, "
    "secure_transport=, request_tags=, tag_keys=, service_context=, principal_keys=)",
)
condition_value = Function[[str, Question], Any](EVALUATOR, "_resolve_condition_key", "(key, ctx)")
trusts = Function[[str | Record, str, Question | None], bool](
    EVALUATOR, "evaluate_trust_policy", "(trust_doc, caller_arn, ctx=)"
)
resource_decision = Function[..., Decision](
    EVALUATOR, "evaluate_resource_policy", "(doc, ctx, service=, named_only=, direct_only=)"
)
resource_policy_allows = Function[[str | Record | None, Question, bool], bool](
    EVALUATOR, "resource_policy_allows", "(raw_policy, ctx, same_account)"
)

statements_of = Function[[str | Mapping[str, Any]], list[Statement]](
    EVALUATOR, "parse_policy_document", "(doc)"
)
always_allowed = Value[frozenset[str]](EVALUATOR, "_ALWAYS_ALLOWED_ACTIONS", "frozenset")
"""The calls that no policy denies."""
first_match = Function[[Question, list[Statement], str], Statement | None](
    EVALUATOR, "_first_match", "(ctx, stmts, effect)"
)
request_tag_context = Function[[str, str, bytes, Mapping[str, Any]], dict[str, Any]](
    "ministack.core.iam_actions", "request_tag_context", "(service, iam_action, body, params)"
)
"""The condition keys that a call brings along."""

policies_of_role = Function[[str, str], list[list[Statement]]](
    EVALUATOR, "_gather_role_policies", "(role_name, account_id)"
)
policies_of_user = Function[[str, str], list[list[Statement]]](
    EVALUATOR, "_gather_user_policies", "(user_name, account_id)"
)
boundaries = Function[[Store[str, Record], str, str], list[list[list[Statement]]]](
    EVALUATOR, "_permissions_boundary", "(store, name, account_id)"
)
action_matches = Function[[str, list[str], list[str]], bool](
    EVALUATOR, "_action_matches", "(request_action, actions, not_actions)"
)
resource_matches = Function[[str, list[str], list[str]], bool](
    EVALUATOR, "_resource_matches", "(resource_arn, resources, not_resources)"
)
conditions_hold = Function[[Mapping[str, Mapping[str, Any]], Question], bool](
    EVALUATOR, "_conditions_met", "(conditions, ctx)"
)
