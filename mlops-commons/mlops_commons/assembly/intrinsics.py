"""The values that CloudFormation's intrinsic functions come to.

Source: CloudFormation Template Reference, "Intrinsic functions", "Pseudo parameters".
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

NO_VALUE: Final = "AWS::NoValue"
_VARIABLE: Final = re.compile(r"[$][{](!?)([^}]+)[}]")
_ABSENT: Final = object()


class Unknown(str):
    """A text of which some or all is known in the deployment only."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the names of a template stand for.

    Attributes:
        values: of parameters and pseudo parameters, and of resources that `Ref` names.
        attribute: the value of `Fn::GetAtt`, or None where only the deployment knows it.
        unknown: the text for what only the deployment knows, by its name in the template.
        zones: the availability zones that `Fn::GetAZs` gives.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    attribute: Callable[[str, str], Any] = lambda logical_id, name: None
    unknown: Callable[[str], str] = lambda name: name
    zones: Sequence[str] = ()
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)


def evaluate(value: Any, scope: Scope) -> Any:
    """A value of a template with every intrinsic function in it replaced by what it comes to.

    What only the deployment knows becomes an `Unknown`; `AWS::NoValue` takes its entry away.
    """
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in FUNCTIONS:
                return FUNCTIONS[name](argument, scope)
            if name.startswith("Fn::"):
                return Unknown(scope.unknown(name))
        entries = {key: evaluate(inner, scope) for key, inner in value.items()}
        return {key: inner for key, inner in entries.items() if inner is not _ABSENT}
    if isinstance(value, (list, tuple)):
        found = [evaluate(inner, scope) for inner in value]
        return [inner for inner in found if inner is not _ABSENT]
    return value


def text(value: Any, scope: Scope) -> str:
    """The text that a value comes to; `Unknown` where it is no text."""
    found = evaluate(value, scope)
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, (int, float)) else Unknown(scope.unknown(""))


def condition(name: str, scope: Scope) -> bool | None:
    """Whether a condition of the template holds; None where only the deployment knows it."""
    return _truth(scope.conditions.get(name), scope)


def _reference(name: Any, scope: Scope) -> Any:
    if name == NO_VALUE:
        return _ABSENT
    found = scope.values.get(name)
    return Unknown(scope.unknown(str(name))) if found is None else found


def _attribute(argument: Any, scope: Scope) -> Any:
    logical_id, _, name = (
        argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
    )
    found = scope.attribute(logical_id, name) if isinstance(name, str) else None
    return Unknown(scope.unknown(logical_id)) if found is None else found


def _sub(argument: Any, scope: Scope) -> str:
    pattern, variables = (argument, {}) if isinstance(argument, str) else argument
    unknown = False

    def named(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[1]:
            return f"${{{match[2]}}}"
        name = match[2].strip()
        if name in variables:
            found = text(variables[name], scope)
        elif "." in name:
            found = text({"Fn::GetAtt": name}, scope)
        else:
            found = text({"Ref": name}, scope)
        unknown = unknown or isinstance(found, Unknown)
        return found

    whole = _VARIABLE.sub(named, pattern)
    return Unknown(whole) if unknown else whole


def _join(argument: Any, scope: Scope) -> str:
    separator, parts = argument[0], evaluate(argument[1], scope)
    if isinstance(parts, str):  # a list that only the deployment knows
        return Unknown(parts)
    found = [text(part, scope) for part in parts]
    whole = str(separator).join(found)
    return Unknown(whole) if any(isinstance(part, Unknown) for part in found) else whole


def _split(argument: Any, scope: Scope) -> Any:
    whole = text(argument[1], scope)
    # Nobody knows how many separators are in the part that is not known.
    return whole if isinstance(whole, Unknown) else whole.split(argument[0])


def _select(argument: Any, scope: Scope) -> Any:
    index, found = text(argument[0], scope), evaluate(argument[1], scope)
    known = isinstance(found, list) and index.isdecimal() and int(index) < len(found)
    return found[int(index)] if known else Unknown(scope.unknown("Fn::Select"))


def _if(argument: Any, scope: Scope) -> Any:
    name, then, otherwise = argument
    holds = condition(name, scope)
    if holds is None:
        both = [evaluate(branch, scope) for branch in (then, otherwise)]
        return both[0] if both[0] == both[1] else Unknown(scope.unknown("Fn::If"))
    return evaluate(then if holds else otherwise, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second = (text(part, scope) for part in argument[:3])
    found = scope.mappings.get(name, {}).get(first, {}).get(second)
    if found is None and len(argument) > 3:
        found = argument[3].get("DefaultValue")
    return Unknown(scope.unknown(name)) if found is None else evaluate(found, scope)


def _base64(argument: Any, scope: Scope) -> str:
    found = text(argument, scope)
    if isinstance(found, Unknown):
        return Unknown(scope.unknown("Fn::Base64"))
    return base64.b64encode(found.encode()).decode()


def _zones(argument: Any, scope: Scope) -> Any:
    return list(scope.zones) or Unknown(scope.unknown("Fn::GetAZs"))


def _import(argument: Any, scope: Scope) -> str:
    return Unknown(scope.unknown(text(argument, scope)))


def _truth(value: Any, scope: Scope) -> bool | None:
    """A condition by three-valued logic: what is not known may still decide nothing."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value if isinstance(value, bool) else None
    ((name, argument),) = value.items()
    if name == "Condition":
        return condition(argument, scope)
    if name == "Fn::Equals":
        first, second = (text(part, scope) for part in argument)
        known = not isinstance(first, Unknown) and not isinstance(second, Unknown)
        return first == second if known else None
    if name == "Fn::Not":
        inner = _truth(argument[0], scope)
        return None if inner is None else not inner
    if name in DECIDING:
        found = [_truth(part, scope) for part in argument]
        decides = DECIDING[name]
        return decides if decides in found else None if None in found else not decides
    return None


DECIDING: Final = {"Fn::And": False, "Fn::Or": True}
"""The value of one part that decides the whole."""
FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope], Any]]] = {
    "Ref": _reference,
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _attribute,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
"""A name that begins with `Fn::` and is not here stands for what only the deployment knows."""
