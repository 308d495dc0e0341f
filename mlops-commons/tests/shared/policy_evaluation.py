"""Would IAM allow it? The part of its evaluation logic that identity policies here need.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". An element or a
condition operator that is not known here is an error, never silently ignored.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, str | tuple[str, ...]]
ELEMENTS = {"Sid", "Effect", "Action", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True)
class Request:
    """One call: a key that is not in the context is not part of the call."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def allows(statements: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """An explicit deny wins; without one, a single allow is enough."""
    effects = {s["Effect"] for s in statements if applies(s, request)}
    return effects == {"Allow"}


def applies(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether a statement speaks about this call."""
    unknown = set(statement) - ELEMENTS
    if unknown:
        raise NotImplementedError(f"statement elements {sorted(unknown)}")
    actions = [action.lower() for action in listed(statement["Action"])]
    return (
        any(matches(pattern, request.action.lower(), {}) for pattern in actions)
        and _resource_matches(statement, request)
        and all(
            _holds(operator, key, listed(wanted), request.context)
            for operator, entries in statement.get("Condition", {}).items()
            for key, wanted in entries.items()
        )
    )


def listed(value: Any) -> list[Any]:
    """One value or several, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def matches(pattern: str, text: str, context: Context) -> bool:
    """`*` and `?` are wildcards; `${key}` is the value from the call, taken literally.

    A key that the call does not have matches nothing.
    """
    expression = ""
    for part in re.split(r"([$][{][^}]+[}]|[*?])", pattern):
        if part in ("*", "?"):
            expression += ".*" if part == "*" else "."
        elif part.startswith("${"):
            value = context.get(part[2:-1])
            if not isinstance(value, str):
                return False
            expression += re.escape(value)
        else:
            expression += re.escape(part)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _resource_matches(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotResource" in statement:
        patterns = listed(statement["NotResource"])
        return not any(matches(p, request.resource, request.context) for p in patterns)
    patterns = listed(statement["Resource"])
    return any(matches(p, request.resource, request.context) for p in patterns)


def _holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    quantifier, _, simple = operator.rpartition(":")
    if simple == "Null":
        return (key not in context) == (str(wanted[0]).lower() == "true")
    if simple.endswith("IfExists") and key not in context:
        return True
    simple = simple.removesuffix("IfExists")
    if quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise NotImplementedError(f"condition operator '{operator}'")
    negated = simple in ("StringNotEquals", "StringNotLike", "ArnNotLike", "ArnNotEquals")
    values = listed(context.get(key, ()))
    if not quantifier and not values:
        # An absent key is unequal to everything and equal to nothing.
        return negated
    held = [_compares(simple, value, wanted, context) for value in values]
    return any(held) if quantifier == "ForAnyValue" else all(held)


def _compares(operator: str, value: str, wanted: list[str], context: Context) -> bool:
    if operator in ("StringEquals", "StringNotEquals"):
        equal = any(
            matches(re.sub(r"[*?]", lambda m: f"${{literal{m[0]}}}", w), value, _literals(context))
            for w in wanted
        )
    elif operator == "Bool":
        equal = any(str(w).lower() == value.lower() for w in wanted)
    elif operator in ("StringLike", "StringNotLike"):
        equal = any(matches(w, value, context) for w in wanted)
    elif operator in ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"):
        equal = any(_arn_matches(w, value, context) for w in wanted)
    else:
        raise NotImplementedError(f"condition operator '{operator}'")
    return not equal if "Not" in operator else equal


def _literals(context: Context) -> Context:
    return {**context, "literal*": "*", "literal?": "?"}


def _arn_matches(pattern: str, arn: str, context: Context) -> bool:
    """ARNs are compared part by part, so that a wildcard ends at the next colon of the first five.

    A policy variable may hold colons, so it is filled in before the parts are taken.
    """
    filled = re.sub(r"[$][{]([^}]+)[}]", lambda m: str(context.get(m[1], "\N{NULL}")), pattern)
    wanted, parts = filled.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(parts) and all(
        matches(w, part, {}) for w, part in zip(wanted, parts, strict=True)
    )
