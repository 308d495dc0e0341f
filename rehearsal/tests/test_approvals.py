"""What an answer at an approval comes to, and what happens where nobody answers."""

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.structure import read_pipeline
from mlops_rehearsal.world.approvals import SEVEN_DAYS, Approval, granted

pytestmark = pytest.mark.pure


def test_who_says_yes_lets_it_go_on() -> None:
    assert granted(Approval.APPROVED) == "approved"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Approval.REJECTED, "rejected"),
        (Approval.EXPIRED, "expired: nobody has answered within 30 minutes"),
    ],
)
def test_any_other_answer_ends_the_run(answer: Approval, said: str) -> None:
    with pytest.raises(PlatformError) as error:
        granted(answer, minutes=30)
    assert error.value.message == said
    assert error.value.hint


@pytest.mark.parametrize(
    ("settings", "minutes"), [({}, SEVEN_DAYS), ({"timeoutInMinutes": 60}, 60)]
)
def test_an_approval_waits_as_long_as_its_action_says(
    settings: dict[str, int], minutes: int
) -> None:
    class CodePipeline:
        def get_pipeline(self, name: str) -> dict[str, object]:
            kind = {"provider": "Manual", "category": "Approval", "owner": "AWS", "version": "1"}
            approval = {"name": "approve", "actionTypeId": kind, **settings}
            stage = {"name": "prod", "actions": [approval]}
            store = {"location": "bucket"}
            return {"pipeline": {"roleArn": "role", "artifactStore": store, "stages": [stage]}}

    (action,) = read_pipeline(CodePipeline(), "p", "111111111111", "eu-west-1").actions()
    assert action.timeout_minutes == minutes
