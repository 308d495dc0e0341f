"""The variables of a pipeline: `#{namespace.Name}` in what actions are configured with."""

import re
from collections.abc import Callable, Mapping
from operator import eq, ne
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError

REFERENCE: Final = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
PIPELINE_LEVEL: Final = "variables"
"""The namespace of the variables that a pipeline declares itself."""
Variables = Mapping[str, Mapping[str, str]]
"""Values by name, by namespace."""
COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {"EQ": eq, "NE": ne}


def resolved(text: str, variables: Variables) -> str:
    """The text with every reference replaced.

    Raises:
        PlatformError: no action before has exported the variable, which ends a run in AWS too.
    """

    def value(match: "re.Match[str]") -> str:
        namespace, name = match.groups()
        found = variables.get(namespace, {}).get(name)
        if found is None:
            known = [f"{n}.{v}" for n, values in variables.items() for v in values]
            raise PlatformError(
                f"the variable '{match[0]}' was not exported by an action before; known: "
                f"{', '.join(known) or 'none'}",
                hint="see 'exported-variables' in the buildspec and the namespace of its action",
            )
        return found

    return REFERENCE.sub(value, text)


def may_enter(conditions: tuple[Mapping[str, Any], ...], variables: Variables) -> bool:
    """Whether a stage's conditions let a run in; where one does not, the stage is skipped.

    Raises:
        PlatformError: a condition is not a check of a variable that skips.
    """
    for condition in conditions:
        for rule in condition["rules"]:
            provider, result = rule["ruleTypeId"]["provider"], condition["result"]
            if provider != "VariableCheck" or result != "SKIP":
                raise PlatformError(f"conditions of {provider} that {result} are not played")
            asked = rule["configuration"]
            holds = COMPARISONS[asked["Operator"]]
            if not holds(resolved(asked["Variable"], variables), asked["Value"]):
                return False
    return True
