"""Keys of log groups: one that is not there or does not name CloudWatch Logs is refused.

CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS", Step 2: the key's
policy names `logs.<region>.amazonaws.com`, with the ARN of the group as encryption context.
"""

import functools
from collections.abc import Callable
from typing import Any, Final

from ministack_aws.access.service_principals import service_refusal
from ministack_aws.arns import arn
from ministack_aws.engine import kms, logs
from ministack_aws.engine.requests import get_region, json_error
from ministack_aws.engine.types import Attributes, Request, ResourceHandlers, Response

CONTEXT: Final = "kms:encryptioncontext:aws:logs:arn"
NEEDED: Final = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
REFUSED: Final = (
    "The specified KMS Key Id does not exist or is not allowed to be used with Arn '{}'"
)


def register(handlers: ResourceHandlers) -> None:
    """Check the key of every log group that is made or changed."""
    handler = handlers["AWS::Logs::LogGroup"]
    handler["create"] = _checked(handler["create"], 1)
    handler["update"] = _checked(handler["update"], 2)
    logs.create_group.wrap(_checked_call)


def key_problem(group: str, key: str) -> str | None:
    """Why CloudWatch Logs cannot use a key for a group, in its words; None where it can."""
    found = kms.policy_of(key)
    group_arn = arn("logs", f"log-group:{group}")
    service = f"logs.{get_region()}.amazonaws.com"
    if found and not any(
        service_refusal(found[0], service, action, key, {CONTEXT: group_arn}) for action in NEEDED
    ):
        return None
    return REFUSED.format(group_arn)


def _checked(
    change: Callable[..., tuple[str, Attributes]], position: int
) -> Callable[..., tuple[str, Attributes]]:
    @functools.wraps(change)
    def checked(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties = arguments[position]
        key = properties.get("KmsKeyId")
        # Without a name the group gets one that begins with the stack's.
        given = f"{arguments[2]}-{arguments[0]}-1" if position == 1 else arguments[0]
        problem = key_problem(properties.get("LogGroupName", given), key) if key else None
        if problem:
            raise ValueError(problem)
        return change(*arguments, **options)

    return checked


def _checked_call(create: Callable[[Request], Response]) -> Callable[[Request], Response]:
    @functools.wraps(create)
    def checked(request: Request) -> Response:
        key = request.get("kmsKeyId")
        problem = key_problem(request.get("logGroupName", ""), key) if key else None
        if problem:
            return json_error("InvalidParameterException", problem, 400)
        return create(request)

    return checked
