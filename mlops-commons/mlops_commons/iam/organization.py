"""What an organization's boundary denies, as statements of the platform's own policies."""

from collections.abc import Mapping
from typing import Any

from mlops_commons.iam.statements import Statement
from mlops_commons.organization import Organization


def denials_of(organization: Organization) -> tuple[Statement, ...]:
    """What roles with a boundary of the platform are denied besides."""
    boundary = organization.permissions_boundary
    rows = boundary.denials if boundary else ()
    return tuple(_statement(number, row) for number, row in enumerate(rows, start=1))


def _statement(number: int, row: Mapping[str, Any]) -> Statement:
    """A denial in the words of `Fn::Sub`; variables of IAM are not names of a template."""
    conditions = row.get("Condition", {})
    return Statement(
        sid=f"Org{number}{row.get('Sid', '')}",
        effect="Deny",
        actions=_texts(row.get("Action")),
        not_actions=_texts(row.get("NotAction")),
        resources=_texts(row.get("Resource")),
        not_resources=_texts(row.get("NotResource")),
        condition={
            operator: {key: _texts(value) for key, value in entries.items()}
            for operator, entries in conditions.items()
        },
    )


def _texts(value: Any) -> tuple[str, ...]:
    values = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    return tuple(str(entry).replace("${", "${!") for entry in values)
