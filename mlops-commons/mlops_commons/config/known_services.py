"""Resource types and actions as values: those that AWS does not have would give nobody anything.

IAM and CloudFormation's permissions take names that do not exist, so a word that is written wrong
shows first when a project's stack is refused.
"""

from collections.abc import Collection, Iterable

from mlops_commons.config.values import nearest
from mlops_commons.service_reference import (
    FILE,
    actions,
    has_action,
    resource_types,
    source_of,
)

NEWER = f"one that AWS has brought since goes into mlops-commons/mlops_commons/{FILE.name}"
MOST = 12
"""Names in a message; a service with more has them in its guide."""


def some_resource_type(value: str) -> str:
    """The type itself.

    Raises:
        ValueError: no region has it.
    """
    if value in resource_types():
        return value
    service = value.rpartition("::")[0]
    own = [kind for kind in resource_types() if kind.startswith(f"{service}::")]
    raise ValueError(
        f"'{value}' is no resource type that {source_of('types')} knows; "
        f"{nearest(value, resource_types()) or _allowed(own, f'types of {service}')}; {NEWER}"
    )


def some_action(value: str) -> str:
    """The action itself, or the family.

    Raises:
        ValueError: neither IAM nor an API of AWS's has it.
    """
    if any(has_action(value, section) for section in ("actions", "operations")):
        return value
    service, _, name = value.partition(":")
    own = actions().get(service, ())
    alike = nearest(name.rstrip("*"), own) if own else nearest(service, actions())
    raise ValueError(
        f"'{value}' is no IAM action that {source_of('actions')} know; "
        f"{alike or _allowed(own, f'actions of {service}')}; {NEWER}"
    )


def _allowed(names: Collection[str], what: str) -> str:
    if not names:
        return f"there are no {what}"
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{what}: {', '.join(_first(names))}{more}"


def _first(names: Iterable[str]) -> list[str]:
    return sorted(names)[:MOST]
