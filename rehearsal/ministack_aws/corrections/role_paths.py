"""What a call about a role asks of IAM: the role with its path, which the call does not name.

Service Authorization Reference, "AWS Identity and Access Management (IAM)": the resource type role
is `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
"""

import functools
from collections.abc import Callable
from typing import Any, Final

from ministack_aws.engine import iam
from ministack_aws.engine.requests import resource_of_call

BY_NAME: Final = ":role/"


def register() -> None:
    """Wrap what says which resource a call is about."""
    resource_of_call.wrap(_with_paths)


def _with_paths(resource_of: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(resource_of)
    def wrapped(service: str, *rest: Any) -> str:
        found: str = resource_of(service, *rest)
        head, is_role, name = found.partition(BY_NAME)
        if service != "iam" or not is_role:
            return found
        *_, query, _region, account = rest
        role = iam.roles().get_scoped(account, None, name)
        # A role that is made says its path; of one that is there IAM knows it.
        given = "".join(query.get("Path", "")) or "/"
        return str(role["Arn"]) if role else f"{head}:role{given}{name}"

    return wrapped
