"""How IAM has decided, counted for each principal, action and decision.

MiniStack decides about every call in `iam_evaluator.enforce`; a trust policy, the policy of another
account's bucket and the role of a stack are asked beside it. `POST /_registry/decisions` answers
with rows of `account`, `principal`, `action`, `decision` and `count`.
"""

import functools
import threading
from collections import Counter

from ministack.core import iam_evaluator as evaluator
from ministack.services import iam, s3

ALLOWED = "allowed"
DENIED = "denied"

_COUNTS = Counter()
# Jobs and functions ask in threads of their own.
_LOCK = threading.Lock()


def register():
    """Record what is decided from now on; after every correction, which may change a decision."""
    evaluator.enforce = _recording_calls(evaluator.enforce)
    evaluator.evaluate_trust_policy = _recording_distrust(evaluator.evaluate_trust_policy)
    s3._foreign_bucket_allows = _recording_refusals(s3._foreign_bucket_allows)


def record(principal, action, decision):
    """Count one decision.

    Args:
        principal: the ARN of a user, a role or a session; sessions count as their role.
    """
    who = role_of(principal)
    account = who.split(":")[4] if who.count(":") > 4 else ""
    with _LOCK:
        _COUNTS[account, who, action, decision] += 1


def role_of(principal):
    """The ARN of the role of a session; of any other principal its own.

    A session's ARN does not hold the path of its role (IAM User Guide, Identifiers for IAM), so
    the role itself is asked.
    """
    head, found, rest = principal.partition(":assumed-role/")
    if not found:
        return principal
    name, account = rest.partition("/")[0], head.split(":")[4]
    role = iam._roles.get_scoped(account, None, name)
    return role["Arn"] if role else f"{head.replace(':sts:', ':iam:', 1)}:role/{name}"


def answer(_request):
    """An HTTP status and every row, sorted."""
    with _LOCK:
        found = sorted(_COUNTS.items())
    names = ("account", "principal", "action", "decision")
    return 200, [{**dict(zip(names, key, strict=True)), "count": count} for key, count in found]


def _recording_calls(enforce):
    @functools.wraps(enforce)
    def recorded(access_key_id, iam_action, *rest, **options):
        refusal = enforce(access_key_id, iam_action, *rest, **options)
        # A key that is not known or a signature that is wrong says nothing about permissions.
        if not isinstance(refusal, evaluator.AuthError):
            caller = evaluator.resolve_caller_identity(access_key_id)
            who = caller["userArn"] if caller else "anonymous"
            record(who, iam_action, DENIED if refusal else ALLOWED)
        return refusal

    return recorded


def _recording_distrust(trusts):
    """The call itself was recorded as allowed by the caller's own policies."""

    @functools.wraps(trusts)
    def recorded(document, caller, context=None):
        trusted = trusts(document, caller, context)
        if not trusted and context is not None:
            record(caller, context.action, DENIED)
        return trusted

    return recorded


def _recording_refusals(allows):
    @functools.wraps(allows)
    def recorded(owner, bucket, key, method, query, caller, headers=None):
        allowed = allows(owner, bucket, key, method, query, caller, headers)
        if not allowed and caller:
            reading = method in ("GET", "HEAD")
            record(evaluator.caller_arn(), f"s3:{'GetObject' if reading else 'PutObject'}", DENIED)
        return allowed

    return recorded
