"""The acts in their order; a further act is a row and a function."""

from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.accounts import play_accounts
from mlops_rehearsal.acts.answer import play_answer
from mlops_rehearsal.acts.attack import play_attack
from mlops_rehearsal.acts.bootstrap import play_bootstrap
from mlops_rehearsal.acts.change import play_change
from mlops_rehearsal.acts.deployed_world import play_deployed_world
from mlops_rehearsal.acts.first_deploy import play_first_deploy
from mlops_rehearsal.acts.launch import play_launch
from mlops_rehearsal.acts.pipelines import play_pipelines
from mlops_rehearsal.acts.promotion import play_promotion
from mlops_rehearsal.acts.teardown import play_teardown
from mlops_rehearsal.acts.training import play_training
from mlops_rehearsal.acts.upgrade import play_upgrade
from mlops_rehearsal.world.act import Act

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
    Act(10, "attack", "A data scientist attacks", play_attack),
    Act(11, "change", "A second day: a user, an endpoint, a stage", play_change),
    Act(12, "upgrade", "A push upgrades a template", play_upgrade),
    Act(13, "teardown", "Everything goes, in order", play_teardown, removes=True),
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
