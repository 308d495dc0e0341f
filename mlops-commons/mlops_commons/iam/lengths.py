"""How long a policy is, and denials of others that go into it as far as there is room."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mlops_commons.iam.statements import Statement, policy_document
from mlops_commons.utilities.errors import PlatformError

MOST_CHARACTERS: Final = 6144
"""Of a managed policy, white space not counted (IAM User Guide, "IAM and AWS STS quotas")."""


def length_of(statements: Sequence[Statement], region: str) -> int:
    """The characters of a policy as IAM counts them."""
    known = {
        "${AWS::Partition}": _partition(region),
        "${AWS::Region}": region,
        "${AWS::AccountId}": "1" * 12,
        "${!": "${",
    }
    document = policy_document(statements, lambda text, _: _filled(text, known))
    return len(json.dumps(_short(document), separators=(",", ":")))


def with_denials(
    statements: Sequence[Statement], denials: Sequence[Statement], whose: str, *, region: str
) -> tuple[Statement, ...]:
    """A boundary that denies besides what the organization denies.

    Where there is no room for the names of statements, which nothing needs, it goes without them.

    Args:
        whose: the boundary, for a message.

    Raises:
        PlatformError: IAM takes less than that.
    """
    if not denials:
        return tuple(statements)
    named = (*statements, *denials)
    nameless = tuple(replace(row, sid="") for row in named)
    for every in (named, nameless):
        if length_of(every, region) <= MOST_CHARACTERS:
            return every
    room = MOST_CHARACTERS - length_of(nameless[: len(statements)], region)
    raise PlatformError(
        f"{whose} would have {length_of(nameless, region)} characters with the statements of "
        f"org.permissions_boundary.deny; IAM takes {MOST_CHARACTERS}, which leaves {room} for them",
        hint="write them shorter in cdk-app.yml (families of actions such as 'ec2:Create*'; what a "
        "service control policy denies as well need not stand there)",
    )


def _partition(region: str) -> str:
    beginnings = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((name for start, name in beginnings.items() if region.startswith(start)), "aws")


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def _short(value: Any) -> Any:
    """One value alone stands without a list, as the CDK writes it."""
    if isinstance(value, Mapping):
        return {key: _short(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return _short(value[0]) if len(value) == 1 else [_short(entry) for entry in value]
    return value
