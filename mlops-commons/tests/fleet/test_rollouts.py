"""The order of a rollout, and what is said of each way in which a run of CodePipeline may stand.

Statuses: API_PipelineExecutionSummary, `status`, as botocore's model of CodePipeline lists them.
"""

import botocore.session
import pytest

from mlops_commons.fleet.pipelines import Pipeline, Run, StageState
from mlops_commons.fleet.rollouts import PATIENCE, State, Watched, verdict, waves_of
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

COMMIT = "c" * 40
ONE = Watched(set_name="credit", pipeline="p", commit=COMMIT)
STATUSES = (
    botocore.session.get_session()
    .get_service_model("codepipeline")
    .shape_for("PipelineExecutionStatus")
    .enum
)


def pipeline(*runs: Run, stages: tuple[StageState, ...] = ()) -> Pipeline:
    return Pipeline(name="p", runs=runs, stages=stages)


def run(status: str, commit: str = COMMIT, run_id: str = "1") -> Run:
    return Run(run_id=run_id, status=status, commit=commit)


@pytest.mark.parametrize(
    ("sizes", "waves"),
    [
        ((1,), (("a",), ("b",), ("c",), ("d",))),
        ((1, 2), (("a",), ("b", "c"), ("d",))),
        ((9,), (("a", "b", "c", "d"),)),
    ],
)
def test_the_last_size_of_a_wave_repeats(
    sizes: tuple[int, ...], waves: tuple[tuple[str, ...], ...]
) -> None:
    assert waves_of("abcd", sizes) == waves


def test_sets_that_go_first_go_in_the_order_in_which_they_are_named_and_once() -> None:
    assert waves_of("abcd", (2, 1), ("C", "b", "c")) == (("c", "b"), ("a",), ("d",))


def test_a_set_that_is_to_go_first_and_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(PlatformError, match=r"no enabled account set 'x' to go first.*a, b"):
        waves_of("ab", (1,), ("x",))


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_a_run_leads_to_an_end(status: str) -> None:
    found = verdict(pipeline(run(status)), ONE, PATIENCE)
    running = status in ("InProgress", "Stopping")
    assert found.state is (
        State.RUNNING if running else State.DELIVERED if status == "Succeeded" else State.FAILED
    )


def test_a_run_that_has_changed_its_pipeline_is_waited_for_until_the_next_one_begins() -> None:
    before = run("Cancelled")
    assert verdict(pipeline(before), ONE, 5).state is State.RUNNING
    fetching = run("InProgress", commit="", run_id="2")
    assert verdict(pipeline(fetching, before), ONE, PATIENCE).state is State.RUNNING
    after = run("Succeeded", run_id="2")
    assert verdict(pipeline(after, before), ONE, 5).state is State.DELIVERED
    assert verdict(pipeline(before), ONE, PATIENCE).state is State.FAILED


def test_a_push_that_has_started_no_run_is_lost_after_ten_minutes() -> None:
    other = run("Succeeded", commit="d" * 40)
    assert verdict(pipeline(other), ONE, PATIENCE - 1).state is State.RUNNING
    assert "the push was lost" in verdict(pipeline(other), ONE, PATIENCE).text
    assert "there is no pipeline p" in verdict(None, ONE, 0).text


def test_a_failed_run_that_was_there_before_the_rollout_says_nothing_of_it() -> None:
    again = Watched(set_name="credit", pipeline="p", commit=COMMIT, ignored=frozenset("1"))
    assert verdict(pipeline(run("Failed")), again, 0).state is State.RUNNING
    assert verdict(pipeline(run("Succeeded", run_id="2"), run("Failed")), again, 0).state is (
        State.DELIVERED
    )


def test_the_failed_action_and_its_message_are_told() -> None:
    stages = (
        StageState(name="Source", run_id="1", status="Succeeded"),
        StageState(name="dev", run_id="1", status="Failed", action="Prepare", message="no VPC"),
        StageState(name="prod", run_id="0", status="Failed", action="Deploy", message="older"),
    )
    found = verdict(pipeline(run("Failed"), stages=stages), ONE, 0)
    assert found.text == "p has failed at dev/Prepare: no VPC"


def test_a_set_is_done_when_the_stage_that_was_named_is_delivered() -> None:
    until = Watched(set_name="credit", pipeline="p", commit=COMMIT, until="DEV")
    waiting = StageState(
        name="preprod", run_id="1", status="InProgress", action="approve-preprod", waits=True
    )
    for status, state in (("Succeeded", State.DELIVERED), ("InProgress", State.RUNNING)):
        stages = (StageState(name="dev", run_id="1", status=status), waiting)
        assert verdict(pipeline(run("InProgress"), stages=stages), until, 0).state is state
    of_another = (StageState(name="dev", run_id="0", status="Succeeded"),)
    found = verdict(pipeline(run("InProgress"), stages=of_another), until, 0)
    assert found.state is State.RUNNING
    at_end = verdict(pipeline(run("InProgress"), stages=(waiting,)), ONE, 0)
    assert at_end.text == "waits for approval of preprod"


def test_a_run_that_another_commit_has_passed_has_not_delivered() -> None:
    newer = run("InProgress", commit="d" * 40, run_id="2")
    found = verdict(pipeline(newer, run("Superseded")), ONE, 0)
    assert found.state is State.FAILED
    assert "d" * 40 in found.text


def test_what_a_publication_has_committed_is_known_from_its_message() -> None:
    digest = "0123456789abcdef" * 4
    plain = f"why\n\nPublished-Snapshot: {digest}\n"
    of_github = '{"ProviderType":"GitHub","CommitMessage":"why\\n\\nPublished-Snapshot: %s\\n"}'
    for summary in (plain, of_github % digest):
        assert Run(run_id="1", status="Succeeded", summary=summary).published == digest
    assert Run(run_id="1", status="Succeeded", summary="by hand").published == ""
