"""What values of a template stand for, as far as the template alone says.

A part that only the deployment knows becomes an unknown: a token between UNKNOWN and END that
names where it comes from. Rules accept the unknowns that they know, and no other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNKNOWN, END = "\ue000", "\ue001"
"""Of Unicode's private use area; a template that holds them is refused."""
DEPTH: Final = 40
"""Deeper than any template of the CDK, and shallow enough for Python."""
NAMES: Final = re.compile(r"\$\{([^!{}$]+)\}")
SSM: Final = "AWS::SSM::Parameter::Value<"
PART: Final = "part of "
OF_SSM: Final = re.compile(f"{UNKNOWN}(?:{PART})?ssm:[^{UNKNOWN}{END}]*{END}")
UNSOLVED: Final = re.compile(f"{UNKNOWN}((?:Fn::|Condition)[^{END}]*)")
"""A function that is not worked out here: what it gives is hidden from every rule."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A template and the place where it is deployed.

    Attributes:
        pseudo: the values of AWS's own parameters, by name.
    """

    template: Mapping[str, Any]
    pseudo: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def resource(self, logical_id: str) -> Mapping[str, Any]:
        """A resource of the template; empty where there is none."""
        found = self.template.get("Resources", {}).get(logical_id)
        return found if isinstance(found, Mapping) else {}


def unknown(source: str) -> str:
    """A value that only the deployment knows, by where it comes from."""
    return f"{UNKNOWN}{source}{END}"


def is_known(value: Any) -> bool:
    """Whether a value is a text without unknown parts."""
    return isinstance(value, str) and UNKNOWN not in value


def shown(value: Any) -> str:
    """A value for people, on one line, at most 120 characters."""
    text = value if isinstance(value, str) else repr(value)
    text = text.replace(UNKNOWN, "{").replace(END, "}")
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 120 else f"{text[:117]}..."


def evaluate(value: Any, scope: Scope, depth: int = 0) -> Any:
    """A value with every intrinsic function in it replaced.

    Raises:
        ValueError: it is nested too deeply.
    """
    if depth > DEPTH:
        raise ValueError(f"values are nested more than {DEPTH} deep")
    if isinstance(value, list):
        return [evaluate(inner, scope, depth + 1) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return _reference(argument, scope)
        if name.startswith("Fn::") or name == "Condition":
            return _function(name, argument, scope, depth + 1)
    return {key: evaluate(inner, scope, depth + 1) for key, inner in value.items()}


def _reference(name: Any, scope: Scope) -> Any:
    if not isinstance(name, str):
        return unknown("Ref")
    if name in scope.pseudo:
        return scope.pseudo[name]
    parameter = scope.template.get("Parameters", {}).get(name)
    if isinstance(parameter, Mapping):
        kind, default = str(parameter.get("Type", "")), parameter.get("Default")
        if kind.startswith(SSM):
            return unknown(f"ssm:{default}")
        if kind in ("String", "Number") and isinstance(default, str | int | float):
            return str(default)
        return unknown(f"parameter:{name}")
    return unknown(f"{name}.Ref" if scope.resource(name) else f"Ref:{name}")


def _function(name: str, argument: Any, scope: Scope, depth: int) -> Any:
    if name == "Fn::GetAtt":
        return _attribute(argument)
    if name == "Fn::Sub":
        return _substituted(argument, scope, depth)
    inner = evaluate(argument, scope, depth)
    if name == "Fn::Join" and isinstance(inner, list) and len(inner) == 2:
        separator, parts = inner
        if isinstance(parts, str) and isinstance(separator, str):
            # A list that only the deployment knows, such as the subnets of an SSM parameter: what
            # stands between two of them is looked at as well.
            return f"{parts}{separator}{parts}" if UNKNOWN in parts else unknown(name)
        if isinstance(separator, str) and isinstance(parts, list):
            return separator.join(p if isinstance(p, str) else unknown(name) for p in parts)
    if name in ("Fn::Select", "Fn::Split") and isinstance(inner, list) and len(inner) == 2:
        return _selected(*inner) or unknown(name)
    return unknown(name)


def _selected(index: Any, choices: Any) -> Any:
    """One of the choices, or a part of an SSM parameter; empty where it is not known which."""
    if isinstance(choices, list) and str(index) in map(str, range(len(choices))):
        return choices[int(index)]
    return _part(choices)


def _part(value: Any) -> str:
    """A part of an SSM parameter, which is not what the parameter is; empty for anything else."""
    if not isinstance(value, str) or not OF_SSM.fullmatch(value):
        return ""
    return value if value.startswith(f"{UNKNOWN}{PART}") else unknown(f"{PART}{value[1:-1]}")


def _attribute(argument: Any) -> str:
    if isinstance(argument, list) and all(isinstance(part, str) for part in argument):
        return unknown(".".join(argument))
    return unknown(argument if isinstance(argument, str) else "Fn::GetAtt")


def _substituted(argument: Any, scope: Scope, depth: int) -> str:
    text, own = (argument, {}) if isinstance(argument, str) else (None, {})
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
        text, own = argument
    if not isinstance(text, str):
        return unknown("Fn::Sub")
    values = {name: evaluate(inner, scope, depth) for name, inner in own.items()}

    def found(match: "re.Match[str]") -> str:
        name = match[1].strip()
        value = values[name] if name in values else _named(name, scope)
        return value if isinstance(value, str) else unknown(f"Fn::Sub:{name}")

    return NAMES.sub(found, text).replace("${!", "${")


def _named(name: str, scope: Scope) -> Any:
    return unknown(name) if "." in name else _reference(name, scope)


def own_resource(value: Any, scope: Scope, *kinds: str, attribute: str) -> bool:
    """Whether a value is an attribute of a resource of the same template, of one of the types."""
    if not isinstance(value, str) or not (value.startswith(UNKNOWN) and value.endswith(END)):
        return False
    logical_id, _, found = value[1:-1].rpartition(".")
    return found == attribute and scope.resource(logical_id).get("Type") in kinds
