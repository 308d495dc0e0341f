"""The acts in their order; a further act is a row and a function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mlops_commons.rehearsal.accounts import play_accounts
from mlops_commons.rehearsal.answer import play_answer
from mlops_commons.rehearsal.bootstrap import play_bootstrap
from mlops_commons.rehearsal.deployed_world import play_deployed_world
from mlops_commons.rehearsal.evidence import Evidence
from mlops_commons.rehearsal.first_deploy import play_first_deploy
from mlops_commons.rehearsal.launch import play_launch
from mlops_commons.rehearsal.pipelines import play_pipelines
from mlops_commons.rehearsal.promotion import play_promotion
from mlops_commons.rehearsal.teardown import play_teardown
from mlops_commons.rehearsal.training import play_training
from mlops_commons.rehearsal.upgrade import play_upgrade
from mlops_commons.rehearsal.world import World
from mlops_commons.utilities.errors import PlatformError


@dataclass(frozen=True)
class Act:
    """One act: `play` does it in the world that the acts before have left.

    Attributes:
        removes: whether the accounts hold less after it.
    """

    number: int
    name: str
    title: str
    play: Callable[[World], tuple[Evidence, ...]]
    removes: bool = False


ACTS: Final = (
    Act(1, "accounts", "Empty accounts", play_accounts),
    Act(2, "bootstrap", "Bootstrap with the CDK CLI", play_bootstrap),
    Act(3, "deploy", "First deploy of repositories and pipelines", play_first_deploy),
    Act(4, "pipelines", "The pipelines run", play_pipelines),
    Act(5, "world", "What they have deployed", play_deployed_world),
    Act(6, "project", "A lead launches a project", play_launch),
    Act(7, "model", "A model is trained and registered", play_training),
    Act(8, "promotion", "Approved, it goes to dev, preprod and prod", play_promotion),
    Act(9, "answer", "The endpoints answer; a canary fails", play_answer),
    Act(10, "upgrade", "A push upgrades a template", play_upgrade),
    Act(11, "teardown", "Everything goes, in order", play_teardown, removes=True),
)


def acts_until(last: str) -> tuple[Act, ...]:
    """The acts up to one, by name or number; all of them for an empty text.

    Raises:
        PlatformError: there is no such act.
    """
    if not last:
        return ACTS
    for index, act in enumerate(ACTS):
        if last in (act.name, str(act.number)):
            return ACTS[: index + 1]
    known = ", ".join(f"{act.number} or {act.name}" for act in ACTS)
    raise PlatformError(f"there is no act '{last}'; there are: {known}")
