"""What the terminal shows of a rehearsal."""

import io
from pathlib import Path
from time import monotonic

import pytest
from rich.console import Console

from mlops_commons.utilities.durations import Elapsed
from mlops_rehearsal.acts.table import ACTS
from mlops_rehearsal.options import ApprovalMode
from mlops_rehearsal.screen import Screen
from mlops_rehearsal.times import Times
from mlops_rehearsal.watch.scene import Scene
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.evidence import Evidence, Played

pytestmark = pytest.mark.pure


def shown(*, terminal: bool, scene: Scene | None = None) -> tuple[Screen, io.StringIO]:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=60, highlight=False)
    return Screen(console, console.status(""), ApprovalMode.AUTO, scene), output


def test_a_failure_is_one_line_in_a_log_and_no_word_of_it_is_taken_for_markup() -> None:
    screen, output = shown(terminal=False)
    sentence = f"Act 4, 'x', failed because [/] [red]{'long ' * 30}. Next: fix it"
    screen.failed(sentence)
    assert output.getvalue() == f"✗ {sentence}\n"


def test_in_a_log_every_line_of_progress_stays() -> None:
    screen, output = shown(terminal=False)
    long = f"{'a-pipeline-' * 9}: [/] :smile: Source / Source"
    screen.say(long)
    screen.say("two")
    assert output.getvalue() == f"  {long}\n  two\n"


def test_an_act_is_one_line_with_what_it_has_shown() -> None:
    screen, output = shown(terminal=False)
    found = (Evidence("pushes", ({"a": "b"},)), Evidence("left over", ({}, {})))
    played = Played(number=1, name="x", title="The [first] act", seconds=2.0, evidence=found)
    screen.ended(played)
    (line,) = output.getvalue().splitlines()
    assert line.startswith("✓ act 1  The [first] act ")
    assert line.endswith("   2.0 s  1 push, 2 things that AWS keeps")


def test_in_a_terminal_lines_stay_only_when_a_person_works_in_the_accounts() -> None:
    screen, output = shown(terminal=True)
    screen.say("passing")
    screen.say("[/] looks like markup")
    assert "passing\n" not in output.getvalue()
    screen.keep()
    screen.say("mlops: Source / Source")
    assert "  mlops: Source / Source\n" in output.getvalue()


def test_the_live_page_is_told_what_the_terminal_is() -> None:
    scene = Scene(ACTS)
    screen, _ = shown(terminal=False, scene=scene)
    screen.begins(ACTS[0])
    screen.failed("because")
    told = scene.snapshot()
    assert (told["acts"][0]["state"], told["ended"], told["failed"]) == ("failed", "because", True)
    assert told["lines"] == ["act 1: Empty accounts"]


def test_without_a_person_everything_is_approved() -> None:
    assert shown(terminal=False)[0].approved("prod") is Approval.APPROVED


def test_an_act_says_how_long_it_took_the_last_time_and_how_long_it_takes_now(
    tmp_path: Path,
) -> None:
    times = Times(tmp_path / "times.json", ACTS[:3])
    first, second = ACTS[:2]
    assert times.expected(first) == ""
    times.keep(first.number, 12.04)
    assert times.expected(first) == "about 12 s the last time, at least 12 s to the end"
    times.keep(second.number, 200)
    times.keep(ACTS[2].number, 40)
    assert times.expected(second) == "about 3 min the last time, 4 min to the end"
    output = io.StringIO()
    console = Console(file=output, force_terminal=False, width=60, highlight=False)
    screen = Screen(console, console.status(""), ApprovalMode.AUTO, None, times)
    screen.begins(second)
    screen.ended(Played(number=2, name=second.name, title="x", seconds=50.0, evidence=()))
    assert "(about 3 min the last time, 4 min to the end)\n" in output.getvalue()
    assert times.known()[second.name] == 50.0


@pytest.mark.parametrize("odd", ["", "[1]", '{"bootstrap": "long", "deploy": null}', "{"])
def test_a_file_of_times_that_is_odd_says_nothing(tmp_path: Path, odd: str) -> None:
    file = tmp_path / "times.json"
    file.write_text(odd)
    assert dict(Times(file, ACTS).known()) == {}


def test_the_line_of_a_terminal_tells_the_time_as_it_is_when_it_is_shown() -> None:
    line = Elapsed("act 4: x", "about 3 min the last time", monotonic() - 42)
    assert line.__rich__().plain == "act 4: x (42 s; about 3 min the last time)"
    line.began -= 200
    assert line.__rich__().plain.startswith("act 4: x (4 min; ")
