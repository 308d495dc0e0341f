"""What proves each type, action and call: told by the emulator and by data of others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mlops_rehearsal.truth.calls import Call, model, problems
from mlops_rehearsal.truth.emulator import Emulated, EmulatedType
from mlops_rehearsal.truth.level import Level
from mlops_rehearsal.truth.reference import members

FUNCTIONS: Final = ("Custom::*", "AWS::CloudFormation::CustomResource")
"""What a function of the platform makes: the function runs."""
REFERENCE: Final = "the Service Authorization Reference"


@dataclass(frozen=True, kw_only=True)
class Proven:
    """One thing, and what proves it."""

    name: str
    level: Level
    by: str


def types(names: Iterable[str], emulator: Emulated) -> Iterator[Proven]:
    """Types: what the emulator makes or plays is more than a record."""
    for name in sorted(names):
        if name in FUNCTIONS:
            by = "the function runs with its own role, and is invoked with that of the stack"
            yield Proven(name=name, level=Level.ENFORCED, by=by)
            continue
        found = emulator.types[name]
        if not found.known:
            yield Proven(name=name, level=Level.AWS, by="the emulator does not know it")
        elif found.record and not found.players and not found.passes:
            yield Proven(name=name, level=Level.SCHEMA, by="a record, with Ref and GetAtt")
        else:
            yield Proven(name=name, level=Level.ENFORCED, by=_by(found))


def _by(found: EmulatedType) -> str:
    own = [name.removeprefix("ministack_aws.") for name in found.passes if "ministack_aws" in name]
    made = [] if found.record else ["MiniStack"]
    played = [*made, *own, *found.players]
    return f"{'a record, ' if found.record else ''}{', '.join(dict.fromkeys(played))}"


def actions(names: Iterable[str], emulator: Emulated) -> Iterator[Proven]:
    """Actions of policies: those that something here asks for, and those that others know."""
    stacks = {
        action: name for name, row in sorted(emulator.types.items()) for action in row.actions
    }
    for name in sorted(names):
        found = members(name)
        asked = {one: by for one in found if (by := _asked(one, emulator))}
        level, by = Level.DATA, f"{REFERENCE} knows it; nothing here asks for it"
        if not found:
            level, by = Level.AWS, "no data of others knows it"
        elif len(asked) == len(found):
            level = Level.ENFORCED
            by = asked[name] if found == (name,) else f"all of {', '.join(found)}"
        elif asked:
            by = (
                f"{REFERENCE} knows it; here {len(asked)} of its {len(found)} actions are asked for"
            )
        elif name in stacks:
            level, by = Level.SCHEMA, f"asked of the role of a stack with {stacks[name]}"
        yield Proven(name=name, level=level, by=by)


def _asked(action: str, emulator: Emulated) -> str:
    """By what an action is asked for; empty for nothing."""
    if action in emulator.deeds:
        return "; ".join(dict.fromkeys(emulator.deeds[action]))
    service, _, operation = action.partition(":")
    return "a call of the emulator" if operation in emulator.operations.get(service, ()) else ""


def calls(found: Iterable[Call], emulator: Emulated) -> Iterator[Proven]:
    """Calls that are written in our code: all are known to botocore, and some are served here."""
    named = {(call.service, call.operation or call.written): call for call in found}
    for (service, operation), call in sorted(named.items()):
        wrong = "; ".join(problem.partition(": ")[2] for problem in problems(call))
        name = f"{service} {operation}"
        if wrong:
            yield Proven(name=name, level=Level.AWS, by=wrong)
            continue
        prefix = model(service).signing_name
        served = operation in emulator.operations.get(prefix, ())
        by = "botocore's model; served by the emulator" if served else "botocore's model"
        yield Proven(name=name, level=Level.ENFORCED if served else Level.DATA, by=by)
