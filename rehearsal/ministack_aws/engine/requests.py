"""The request that is being served: its account and region, and answers in AWS's forms."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from ministack_aws.engine.names import Function
from ministack_aws.engine.types import Response

RESPONSES = "ministack.core.responses"

get_account_id = Function[[], str](RESPONSES, "get_account_id", "()")
get_region = Function[[], str](RESPONSES, "get_region", "()")
request_scope = Function[[str, str], AbstractContextManager[None]](
    RESPONSES, "request_scope", "(account_id, region)"
)
"""Another account and region for the time of a `with` block."""

json_error = Function[[str, str, int], Response](
    RESPONSES,
    "error_response_json",
    "(code, message, status=, extra=, *, message_key=, content_type=)",
)
access_key_id = Function[[Mapping[str, str], Mapping[str, Any] | None], str](
    "ministack.core.router", "extract_access_key_id", "(headers, query_params=)"
)
denial = Function[..., Response](
    "ministack.core.iam_actions",
    "access_denied_response",
    "(service, action, principal_arn, request_id, *, error_code=, message=, headers=, "
    "resource_arn=, explicit_deny=, resource_policy_arn=)",
)
resource_of_call = Function[..., str](
    "ministack.core.iam_actions",
    "extract_resource_arn",
    "(service, method, path, headers, body, query_params, region, account_id)",
)
"""The ARN that policies are asked about."""
s3_action = Function[[str, str, Mapping[str, Any]], str | None](
    "ministack.core.iam_actions", "_s3_action", "(method, path, query_params)"
)
"""The action of a call of S3, without `s3:`."""
s3_context = Function[..., dict[str, str]](
    "ministack.core.iam_actions",
    "s3_service_context",
    "(iam_action, query_params, path=, headers=)",
)
"""The condition keys of S3 that a call carries."""
