"""The runs of the pipelines: every action, and the end of the log of each."""

from itertools import groupby

from mlops_commons.utilities.words import counted, lasted
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, element, fold, join, section
from mlops_rehearsal.report.tables import table
from mlops_rehearsal.world.recorded import LINES, ActionStatus, RecordedAction
from mlops_rehearsal.world.terminal_text import last_lines

HEADING = ("stage", "action", "provider", "status", "seconds", "result")
BADGES = {
    ActionStatus.SUCCEEDED: "good",
    ActionStatus.SKIPPED: "muted",
    ActionStatus.FAILED: "bad",
}


def runs_section(report: Report) -> Html:
    """A table for each run in the order in which they were played."""
    runs = [
        _run(pipeline, number, list(actions))
        for (pipeline, number), actions in groupby(
            report.actions, key=lambda action: (action.pipeline, action.run)
        )
    ]
    content = runs or [element("p", "No pipeline was played.")]
    return section("runs", "Pipeline runs", *content)


def _run(pipeline: str, number: int, actions: list[RecordedAction]) -> Html:
    again = f", run {number}" if number > 1 else ""
    rows = [
        (
            action.stage,
            action.action,
            action.provider,
            badge(BADGES[action.status], action.status.value),
            f"{action.seconds:.1f}",
            action.result.partition("\n")[0],
        )
        for action in actions
    ]
    seconds = sum(action.seconds for action in actions)
    caption = f"Run of {pipeline}{again}: {counted(len(actions), 'action')} in {lasted(seconds)}"
    logs = [_log(action) for action in actions if action.log]
    return join((element("h3", f"{pipeline}{again}"), table(caption, HEADING, rows), *logs))


def _log(action: RecordedAction) -> Html:
    lines = last_lines(action.log, LINES)
    count = counted(len(lines), "line")
    name = f"Log of {action.stage} / {action.action}, {count}"
    return fold(
        name,
        element("pre", "\n".join(lines), tabindex="0"),
        open_=action.status is ActionStatus.FAILED,
    )
