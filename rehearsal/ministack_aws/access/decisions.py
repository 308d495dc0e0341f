"""How IAM has decided, counted for each principal, action and decision.

MiniStack decides about every call in `enforce`; a trust policy, the policy of another account's
bucket and the role of a stack are evaluated beside it. `POST /_registry/decisions` answers with
rows of `account`, `principal`, `action`, `decision` and `count`.
"""

import functools
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.engine import iam, s3
from ministack_aws.engine.types import Context, Decision, Question, Record, Rejection, Request

ALLOWED: Final = "allowed"
DENIED: Final = "denied"

_COUNTS: Counter[tuple[str, str, str, str]] = Counter()
# Jobs and functions are decided about in threads of their own.
_LOCK = threading.Lock()

Refusal = Decision | Rejection | None
Trusts = Callable[[str | Record, str, Question | None], bool]
Allows = Callable[[str, str, str, str, Mapping[str, Any], str, Mapping[str, str] | None], bool]


def register() -> None:
    """Record what is decided from now on; after every correction, which may change a decision."""
    iam.enforce.wrap(_recording_calls)
    iam.trusts.wrap(_recording_distrust)
    s3.foreign_bucket_allows.wrap(_recording_refusals)


def record(principal: str, action: str, decision: str) -> None:
    """Count one decision.

    Args:
        principal: the ARN of a user, a role or a session; sessions count as their role.
    """
    who = role_of(principal)
    account = who.split(":")[4] if who.count(":") > 4 else ""
    with _LOCK:
        _COUNTS[account, who, action, decision] += 1


def role_of(principal: str) -> str:
    """The ARN of the role of a session; of any other principal its own.

    A session's ARN does not hold the path of its role (IAM User Guide, Identifiers for IAM), so
    the role itself is looked up.
    """
    head, found, rest = principal.partition(":assumed-role/")
    if not found:
        return principal
    name, account = rest.partition("/")[0], head.split(":")[4]
    role = iam.roles().get_scoped(account, None, name)
    return role["Arn"] if role else f"{head.replace(':sts:', ':iam:', 1)}:role/{name}"


def answer(_request: Request) -> tuple[int, list[dict[str, str | int]]]:
    """An HTTP status and every row, sorted."""
    with _LOCK:
        found = sorted(_COUNTS.items())
    names = ("account", "principal", "action", "decision")
    return 200, [{**dict(zip(names, key, strict=True)), "count": count} for key, count in found]


def _recording_calls(
    enforce: Callable[[str, str, str, str, str, Context | None], Refusal],
) -> Callable[[str, str, str, str, str, Context | None], Refusal]:
    @functools.wraps(enforce)
    def recorded(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Refusal:
        refusal = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        # A key that is not known or a signature that is wrong says nothing about permissions.
        if not isinstance(refusal, Rejection):
            caller = iam.caller_of(access_key_id)
            who = caller["userArn"] if caller else "anonymous"
            record(who, iam_action, DENIED if refusal else ALLOWED)
        return refusal

    return recorded


def _recording_distrust(trusts: Trusts) -> Trusts:
    """The call itself was recorded as allowed by the caller's own policies."""

    @functools.wraps(trusts)
    def recorded(document: str | Record, caller: str, context: Question | None = None) -> bool:
        trusted = trusts(document, caller, context)
        if not trusted and context is not None:
            record(caller, context.action, DENIED)
        return trusted

    return recorded


def _recording_refusals(allows: Allows) -> Allows:
    @functools.wraps(allows)
    def recorded(
        owner: str,
        bucket: str,
        key: str,
        method: str,
        query: Mapping[str, Any],
        caller: str,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        allowed = allows(owner, bucket, key, method, query, caller, headers)
        if not allowed and caller:
            reading = method in ("GET", "HEAD")
            record(iam.caller_arn(), f"s3:{'GetObject' if reading else 'PutObject'}", DENIED)
        return allowed

    return recorded
