"""`publish --rollout` over three account sets: real git, real runs, the second one fails."""

import pytest
from accounts_of_tests import Accounts
from three_sets import BROKEN, ThreeSets

pytestmark = pytest.mark.app

ACCOUNT = "616161616161"
ROLLOUT = ("--rollout", "--every", "1")


@pytest.fixture(scope="module")
def fleet(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> ThreeSets:
    return ThreeSets(Accounts(accounts.emulator, ACCOUNT), tmp_path_factory.mktemp("three-sets"))


def test_a_rollout_stops_at_the_set_that_fails_and_goes_on_there_when_it_is_fixed(
    fleet: ThreeSets,
) -> None:
    fleet.tag("credit", "number: '2'", BROKEN)
    stopped = fleet.publish(*ROLLOUT)
    assert stopped.returncode == 1, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert "wave 2 of 3: credit" in stopped.stderr
    assert "retail: delivered" in stopped.stderr
    assert (
        "error: the rollout stops at the set 'credit': mlops-infra-main-credit has failed at "
        "dev/Synth"
    ) in stopped.stderr
    assert "  not begun: cards" in stopped.stderr
    assert [fleet.commits(name) for name in ("retail", "credit", "cards")] == [2, 2, 1]

    # Whatever the cause was: what has failed is run again, and what was delivered is not.
    again = fleet.publish(*ROLLOUT)
    assert again.returncode == 1, again.stderr
    assert "has not delivered; again" in again.stderr
    assert fleet.runs("credit")[:2] == ["Failed", "Failed"]
    assert fleet.runs("retail").count("Succeeded") == len(fleet.runs("retail")) == 2

    fleet.tag("credit", BROKEN, "number: '2'")
    done = fleet.publish(*ROLLOUT)
    assert done.returncode == 0, done.stderr
    assert "delivered to all 3 sets" in done.stderr
    assert [fleet.commits(name) for name in ("retail", "credit", "cards")] == [2, 3, 2]
    assert [fleet.runs(name)[0] for name in ("retail", "credit", "cards")] == ["Succeeded"] * 3
    assert len(fleet.runs("retail")) == 2, "nothing new was to be delivered to it"
