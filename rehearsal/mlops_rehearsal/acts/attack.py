"""Act 10: a data scientist attacks; each attempt is refused for its reason, or the act fails."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.attacker import Attacker, launcher, synth
from mlops_rehearsal.acts.attempts import ATTEMPTS, Attempt
from mlops_rehearsal.acts.pushed_attack import pushed_attack
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World

WHO: Final[Mapping[Callable[[Attacker], Attacker], str]] = {
    launcher: f"{Persona.LEAD_DATA_SCIENTIST}, as an attacker",
    synth: "the role of Synth, with pushed code",
}
DENIED_TO_ALL: Final = "with an explicit deny in a service control policy"
"""IAM User Guide, "Troubleshoot access denied error messages"."""


def play_attack(world: World) -> tuple[Evidence, ...]:
    """Try everything of the table in each project, and say at the end what has not been refused.

    Raises:
        PlatformError: an attempt has succeeded, or failed for another reason, or who may make
            the same call is refused too.
    """
    rows: list[Mapping[str, str]] = []
    faults: list[str] = []
    for project in world.staffed:
        scientist = Attacker(world, project)
        for attempt in ATTEMPTS:
            world.say(f"a {Persona.DATA_SCIENTIST} {attempt.does} ({project.full_name})")
            try:
                by = refused_by(attempt, scientist)
            except PlatformError as fault:
                faults.append(f"  {attempt.does} ({attempt.on}): {fault.message}")
            else:
                rows.append(_row(attempt, scientist, by))
    if faults:
        raise PlatformError(
            f"{len(faults)} attempts of a data scientist were not refused as they should be:\n"
            + "\n".join(faults),
            hint="docs/security.md says what should have stopped each",
        )
    # One project shows it: the run goes to prod's approval.
    for project in world.trainable[:1]:
        rows += pushed_attack(world, project)
    return (Evidence("access", tuple(rows)),)


def refused_by(attempt: Attempt, scientist: Attacker) -> str:
    """What refuses an attempt; the organization, where it denies the call to everybody.

    Raises:
        PlatformError: nothing refuses it, or something else than was meant.
    """
    said = said_to(attempt.how, attempt.who(scientist))
    if not said:
        raise PlatformError(f"it has succeeded; {attempt.stopped_by} should have refused it")
    if not re.search(attempt.says, said, re.DOTALL):
        raise PlatformError(f"it failed for another reason: {said}")
    control = said_to(attempt.control, scientist)
    if not re.search(attempt.says, control, re.DOTALL):
        return attempt.stopped_by
    if DENIED_TO_ALL in control:
        return "a service control policy, to everybody"
    raise PlatformError(f"who may do it is refused too, so this shows nothing: {control}")


def said_to(how: Callable[[Attacker], object], who: Attacker) -> str:
    """What AWS or its SDK says to a call; empty where it lets it happen."""
    try:
        how(who)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    except PlatformError as error:
        return error.message
    except BotoCoreError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _row(attempt: Attempt, scientist: Attacker, by: str) -> Mapping[str, str]:
    return {
        "who": WHO.get(attempt.who, f"{Persona.DATA_SCIENTIST}, as an attacker"),
        "does": attempt.does,
        "on": f"{attempt.on}, {scientist.project.full_name}",
        "account": scientist.project.dev.account,
        "decision": "denied",
        "by": by,
    }
