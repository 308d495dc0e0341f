"""The table as rules of cfn-guard, for a hook of CloudFormation (`AWS::CloudFormation::GuardHook`).

Source: CloudFormation Hooks User Guide, "Write Guard rules to evaluate resources for Guard Hooks":
in stack operations a rule sees the template, in resource operations one resource with its values.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from mlops_commons.ai_controls.clauses import Clause
from mlops_commons.ai_controls.control import Control
from mlops_commons.ai_controls.findings import ACKNOWLEDGED
from mlops_commons.ai_controls.table import CONTROLS, STANDARD


class Operation(StrEnum):
    """What a hook looks at (`TargetOperations`)."""

    STACK = "stack"
    RESOURCE = "resource"


WORDS: Final = {
    Operation.STACK: ("Type", "Properties"),
    Operation.RESOURCE: ("ResourceType", "ResourceProperties"),
}
HEAD: Final = """\
# {standard}, as rules of cfn-guard for {operation} operations.
# Written by: ./mlops-multi-account.sh ai-controls --guard; the table is the platform's.
{note}
"""
NOTES: Final = {
    Operation.STACK: "# A resource's Metadata.{key} acknowledges controls by id, with reasons.",
    Operation.RESOURCE: "# A resource operation shows no Metadata: nothing can be acknowledged.",
}


def guard_rules(operation: Operation = Operation.STACK) -> str:
    """Every control as a rule; a schedule that names a definition is judged by the definition."""
    note = NOTES[operation].format(key=ACKNOWLEDGED)
    head = HEAD.format(standard=STANDARD, operation=operation, note=note)
    return "\n".join([head, *(_rule(control, operation) for control in CONTROLS)])


def _rule(control: Control, operation: Operation) -> str:
    kind, properties = WORDS[operation]
    name = control.id.replace(".", "_")
    chosen = [f"{kind} == '{control.type}'"]
    if operation is Operation.STACK:
        chosen.append(f"Metadata.{ACKNOWLEDGED}.'{control.id}' !exists")
    if control.each:
        item = f"%{name}.{properties}.{control.each}"
        filtered = _lines(control.where, "", 8)
        inner = f"{item}[\n{filtered}\n    ]" if control.where else f"{item}[*]"
        body = [f"    let items = {inner}", "    when %items !empty {"]
        body += [_lines(control.asks, "%items.", 8), f"{_message(control, 8)}\n    }}"]
        chosen.append(f"{properties}.{control.each} exists")
    else:
        chosen += [
            line for clause in control.where for line in clause.guard(f"{properties}.").split("\n")
        ]
        body = [_lines(control.asks, f"%{name}.{properties}.", 4), _message(control, 4)]
    filters = "\n".join(f"    {line}" for line in chosen)
    return (
        f"let {name} = Resources.*[\n{filters}\n]\n"
        f"rule {name}_holds when %{name} !empty {{\n" + "\n".join(body) + "\n}\n"
    )


def _lines(clauses: Sequence[Clause], query: str, indent: int) -> str:
    lines = [line for clause in clauses for line in clause.guard(query).split("\n")]
    return "\n".join(" " * indent + line for line in lines)


def _message(control: Control, indent: int) -> str:
    return f"{' ' * indent}<<{control.id}: {control.title} ({control.source})>>"
