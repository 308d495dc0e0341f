"""Policy variables: `${aws:PrincipalTag/team}` in a statement is the value that a call has."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ministack_aws.engine import iam
from ministack_aws.engine.types import Question, Statement

VARIABLE: Final = re.compile(r"[$][{]([^}]+)[}]")


class _NoValue(Exception):
    """A call does not have the key of a variable."""


def filled(statement: Statement, question: Question) -> Statement | None:
    """A statement with the values of a call in it; None where one of them is missing.

    IAM User Guide, "IAM policy elements: Variables and tags": "If AWS cannot resolve a variable
    this might cause the entire statement to be invalid."
    """
    parts = ("resources", "not_resources", "conditions")
    if not any("${" in str(getattr(statement, part)) for part in parts):
        return statement
    try:
        values = {part: _filled(getattr(statement, part), question) for part in parts}
    except _NoValue:
        return None
    changed: Any = statement
    found: Statement = replace(changed, **values)
    return found


def _filled(value: Any, question: Question) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(inner, question) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, question) for inner in value]
    return VARIABLE.sub(lambda found: _value(found[1], question), value) if value else value


def _value(key: str, question: Question) -> str:
    value = iam.condition_value(key, question)
    if not isinstance(value, str):
        raise _NoValue(key)
    return value
