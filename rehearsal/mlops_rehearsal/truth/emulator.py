"""What the emulator says that it makes, plays and asks."""

import json
import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.emulator.environment import emulator_python
from mlops_rehearsal.emulator.server import PLUGIN


@dataclass(frozen=True, kw_only=True)
class EmulatedType:
    """A type of CloudFormation.

    Attributes:
        known: whether a stack can hold it.
        record: whether it is remembered and nothing is made.
        passes: the modules that look at it when it is made.
        players: the services that read it and ask permissions.
        actions: what the role of a stack is asked for.
    """

    known: bool
    record: bool
    passes: Sequence[str]
    players: Sequence[str]
    actions: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Emulated:
    """The emulator.

    Attributes:
        types: by name.
        deeds: what services do with roles, by the action that they are asked for.
        operations: what the code of a service names, by the namespace of IAM.
    """

    types: Mapping[str, EmulatedType]
    deeds: Mapping[str, Sequence[str]]
    operations: Mapping[str, Collection[str]]


def emulated(resources: Mapping[str, Sequence[Mapping[str, Any]]]) -> Emulated:
    """Ask the emulator's own Python about resources and everything else.

    Args:
        resources: the properties of each, by type.

    Raises:
        PlatformError: the emulator cannot be installed or does not answer.
    """
    done = subprocess.run(
        [str(emulator_python()), "-W", "ignore", "-m", "ministack_aws.inventory"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PLUGIN), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(resources),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(
            f"the emulator does not say what it makes: {done.stderr.strip()[-2000:]}",
            hint="make its environment again: rm -rf .venv/emulator-environments",
        )
    told = json.loads(done.stdout)
    deeds: dict[str, list[str]] = {}
    for row in told["deeds"]:
        deeds.setdefault(row["action"], []).append(row["deed"])
    return Emulated(
        types={name: EmulatedType(**row) for name, row in told["types"].items()},
        deeds=deeds,
        operations={name: frozenset(names) for name, names in told["operations"].items()},
    )
