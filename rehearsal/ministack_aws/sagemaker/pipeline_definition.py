"""The expressions of a SageMaker pipeline definition (schema 2020-12-01), resolved for one run."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

OUTPUT = re.compile(r"^(?P<name>\w+)\['(?P<key>[^']+)'\]$")
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": lambda left, right: left == right,
    "GreaterThan": lambda left, right: left > right,
    "GreaterThanOrEqualTo": lambda left, right: left >= right,
    "LessThan": lambda left, right: left < right,
    "LessThanOrEqualTo": lambda left, right: left <= right,
}


Step = Mapping[str, Any]
"""A step of a definition."""
Execution = dict[str, Any]
"""A run, as DescribePipelineExecution tells it, with its `steps`."""


class NotResolved(Exception):
    """An expression refers to what is not there; the message says to what."""


class Scope:
    """What expressions of one run can refer to.

    Attributes:
        parameters: values by name, defaults filled in.
        execution: variables of the run, such as `PipelineExecutionId`.
        steps: what the Describe call of each finished step answers.
        property_files: the content of each step's property files, by step and name.
    """

    def __init__(self, parameters: Mapping[str, Any], execution: Mapping[str, str]) -> None:
        self.parameters = parameters
        self.execution = execution
        self.steps: dict[str, Any] = {}
        self.property_files: dict[tuple[str, str], Any] = {}

    def resolve(self, value: Any) -> Any:
        """The value with every expression in it replaced."""
        if isinstance(value, list):
            return [self.resolve(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(value["Get"])
        if set(value) == {"Std:Join"}:
            join = value["Std:Join"]
            return join["On"].join(str(part) for part in self.resolve(join["Values"]))
        if set(value) == {"Std:JsonGet"}:
            return self._json_get(value["Std:JsonGet"])
        return {name: self.resolve(inner) for name, inner in value.items()}

    def request(self, step: Step) -> dict[str, Any]:
        """The request that a step makes, resolved."""
        resolved: dict[str, Any] = self.resolve(step["Arguments"])
        return resolved

    def holds(self, condition: Mapping[str, Any]) -> bool:
        """Whether a condition of a Condition step is true."""
        kind = condition["Type"]
        if kind == "Not":
            return not self.holds(condition["Expression"])
        if kind == "Or":
            return any(self.holds(inner) for inner in condition["Conditions"])
        if kind == "In":
            return bool(self.resolve(condition["QueryValue"]) in self.resolve(condition["Values"]))
        if kind not in COMPARISONS:
            raise NotResolved(f"condition type '{kind}' is not emulated")
        left, right = self.resolve(condition["LeftValue"]), self.resolve(condition["RightValue"])
        return COMPARISONS[kind](left, right)

    def _get(self, path: str) -> Any:
        root, _, rest = path.partition(".")
        if root == "Parameters":
            return self._of(self.parameters, rest, path)
        if root == "Execution":
            return self._of(self.execution, rest, path)
        step, _, rest = rest.partition(".")
        found = self._of(self.steps, step, path)
        for name in rest.split("."):
            keyed = OUTPUT.match(name)
            if keyed:
                rows = self._of(found, keyed["name"], path)
                # What a function answers has a value; what a job has is described.
                found = {_name(row): row.get("Value", row) for row in rows}
                name = keyed["key"]
            found = self._of(found, name, path)
        return found

    def _json_get(self, expression: Mapping[str, Any]) -> Any:
        _, step, _, name = expression["PropertyFile"]["Get"].split(".")
        found = self._of(self.property_files, (step, name), name)
        for part in expression["Path"].split("."):
            found = self._of(found, part, expression["Path"])
        return found

    @staticmethod
    def _of(values: Mapping[Any, Any], name: Any, path: str) -> Any:
        if name not in values:
            raise NotResolved(f"nothing is known of '{path}'")
        return values[name]


def _name(row: Any) -> str:
    named = ("OutputName", "ChannelName", "InputName", "Name")
    return next((str(row[name]) for name in named if name in row), "")


def parameters(definition: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The values of a definition's parameters.

    Raises:
        NotResolved: a parameter is not defined, or has neither value nor default.
    """
    known = {row["Name"]: row for row in definition.get("Parameters", ())}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise NotResolved(f"the pipeline has no parameter '{unknown[0]}'")
    found = {}
    for name, row in known.items():
        if name not in given and "DefaultValue" not in row:
            raise NotResolved(f"parameter '{name}' has neither a value nor a default")
        value = given.get(name, row.get("DefaultValue"))
        found[name] = {"Integer": int, "Float": float}.get(row["Type"], lambda v: v)(value)
    return found
