"""A data scientist attacks; each attempt is refused, or the act fails."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.attempts import ATTEMPTS, Attacker, Attempt
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


def play_attack(world: World) -> tuple[Evidence, ...]:
    """Try everything of the table in each project, and say at the end what has not been refused.

    Raises:
        PlatformError: an attempt has succeeded, or failed for another reason.
    """
    rows, succeeded = [], []
    for project in world.projects:
        attacker = Attacker(world, project)
        for attempt in ATTEMPTS:
            said = refusal(attempt, attacker)
            if attempt.says in said:
                rows.append(_row(attempt, attacker))
            else:
                succeeded.append(f"  {attempt.does} ({attempt.on}): {said or 'it has succeeded'}")
    if succeeded:
        raise PlatformError(
            f"{len(succeeded)} attempts of a data scientist were not refused:\n"
            + "\n".join(succeeded),
            hint="docs/security.md says what should have stopped each",
        )
    return (Evidence("access", tuple(rows)),)


def refusal(attempt: Attempt, attacker: Attacker) -> str:
    """What AWS says to an attempt; empty where it lets it happen."""
    try:
        attempt.how(attacker)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return ""


def _row(attempt: Attempt, attacker: Attacker) -> Mapping[str, str]:
    return {
        "who": f"{Persona.DATA_SCIENTIST}, as an attacker",
        "does": attempt.does,
        "on": attempt.on,
        "account": attacker.project.dev.account,
        "decision": "denied",
        "by": attempt.stopped_by,
    }
