"""Would IAM allow it? The part of its evaluation logic that policies here need.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". An element or a
condition operator that is not known here is an error, never silently ignored.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

Context = Mapping[str, str | tuple[str, ...]]
ELEMENTS: Final = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True)
class Request:
    """One call: a key that is not in the context is not part of the call.

    Attributes:
        open: whoever calls chooses every key that is neither in the context nor `absent`: its
            value is whatever serves him.
        absent: keys that the call does not have even then, in lower case.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    open: bool = False
    absent: frozenset[str] = frozenset()


def allows(statements: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """An explicit deny wins; without one, a single allow is enough.

    Where the caller chooses, an allow holds and a deny is evaded.
    """
    allowed = False
    for statement in statements:
        holds = applies(statement, request)
        if statement["Effect"] == "Deny" and holds is True:
            return False
        allowed = allowed or (statement["Effect"] == "Allow" and holds is not False)
    return allowed


def applies(statement: Mapping[str, Any], request: Request) -> bool | None:
    """Whether a statement speaks about this call; None where the caller chooses whether it does."""
    unknown = set(statement) - ELEMENTS
    if unknown:
        raise NotImplementedError(f"statement elements {sorted(unknown)}")
    if not action_matches(statement, request.action) or not _resource_matches(statement, request):
        return False
    conditions = statement.get("Condition")
    return conditions_hold(conditions, request) if conditions else True


def conditions_hold(conditions: Mapping[str, Any], request: Request) -> bool | None:
    """Whether every condition holds; None where the caller chooses whether they do."""
    found = [
        _holds(operator, key, listed(wanted), request)
        for operator, entries in conditions.items()
        for key, wanted in entries.items()
    ]
    return False if False in found else None if None in found else True


def action_matches(statement: Mapping[str, Any], action: str) -> bool:
    """Whether a statement's actions, which know no case, have an action among them."""
    named = statement.get("Action", statement.get("NotAction"))
    return _is_among(tuple(listed(named)), action) == ("Action" in statement)


def listed(value: Any) -> list[Any]:
    """One value or several, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def matches(pattern: str, text: str, context: Context) -> bool:
    """`*` and `?` are wildcards; `${key}` is the value from the call, taken literally.

    A key that the call does not have matches nothing.
    """
    if "${" not in pattern:
        return _expression(pattern).fullmatch(text) is not None
    expression = ""
    for part in re.split(r"([$][{][^}]+[}])", pattern):
        if part.startswith("${"):
            value = _variable(part[2:-1], context)
            if value is None:
                return False
            expression += re.escape(value)
        else:
            expression += _expression(part).pattern
    return re.fullmatch(expression, text, re.DOTALL) is not None


@cache
def _is_among(patterns: tuple[str, ...], action: str) -> bool:
    """Kept, because a graph of roles asks the same of the same statements a million times."""
    wanted = action.lower()
    return any(_expression(pattern.lower()).fullmatch(wanted) for pattern in patterns)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern)
    wildcards = {"*": ".*", "?": "."}
    return re.compile("".join(wildcards.get(p) or re.escape(p) for p in parts), re.DOTALL)


def _variable(name: str, context: Context) -> str | None:
    """The value of a policy variable; `${*}`, `${?}` and `${$}` stand for themselves."""
    if name in ("*", "?", "$"):
        return name
    value = _value(name, context)
    return value if isinstance(value, str) else None


def _value(key: str, context: Context) -> str | tuple[str, ...] | None:
    """The value of a key; keys know no case."""
    found = context.get(key)
    if found is not None:
        return found
    return next((v for name, v in context.items() if name.lower() == key.lower()), None)


def _resource_matches(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotResource" in statement:
        patterns = listed(statement["NotResource"])
        return not any(matches(p, request.resource, request.context) for p in patterns)
    patterns = listed(statement["Resource"])
    return any(matches(p, request.resource, request.context) for p in patterns)


def _holds(operator: str, key: str, wanted: list[str], request: Request) -> bool | None:
    quantifier, _, simple = operator.rpartition(":")
    if quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise NotImplementedError(f"condition operator '{operator}'")
    value = _value(key, request.context)
    if value is None and request.open and key.lower() not in request.absent:
        return None
    if simple == "Null":
        return (value is None) == (str(wanted[0]).lower() == "true")
    if simple.endswith("IfExists") and value is None:
        return True
    simple = simple.removesuffix("IfExists")
    values = listed(value) if value is not None else []
    if not quantifier and not values:
        # An absent key is unequal to everything and equal to nothing.
        return "Not" in simple
    held = [_compares(simple, value, wanted, request.context) for value in values]
    return any(held) if quantifier == "ForAnyValue" else all(held)


def _compares(operator: str, value: str, wanted: list[str], context: Context) -> bool:
    if operator in ("StringEquals", "StringNotEquals"):
        equal = any(matches(re.sub(r"[*?]", r"${\g<0>}", w), value, context) for w in wanted)
    elif operator == "Bool":
        equal = any(str(w).lower() == value.lower() for w in wanted)
    elif operator in ("StringLike", "StringNotLike"):
        equal = any(matches(w, value, context) for w in wanted)
    elif operator in ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"):
        equal = any(_arn_matches(w, value, context) for w in wanted)
    else:
        raise NotImplementedError(f"condition operator '{operator}'")
    return not equal if "Not" in operator else equal


def _arn_matches(pattern: str, arn: str, context: Context) -> bool:
    """ARNs are compared part by part, so that a wildcard ends at the next colon of the first five.

    A policy variable may hold colons, so it is filled in before the parts are taken.
    """

    def filled(match: re.Match[str]) -> str:
        found = _variable(match[1], context)
        return "\N{NULL}" if found is None else found

    wanted = re.sub(r"[$][{]([^}]+)[}]", filled, pattern).split(":", 5)
    parts = arn.split(":", 5)
    return len(wanted) == len(parts) and all(
        matches(w, part, {}) for w, part in zip(wanted, parts, strict=True)
    )
