"""The acts: when each was played, and what it has shown."""

from mlops_rehearsal.report.data import ActState, Program, Report, ReportedAct
from mlops_rehearsal.report.elements import Html, badge, element, fold, join, section
from mlops_rehearsal.report.tables import table, table_of
from mlops_rehearsal.report.timeline_svg import timeline

BADGES = {ActState.PLAYED: "good", ActState.FAILED: "bad", ActState.NOT_REACHED: "muted"}


def acts_section(report: Report) -> Html:
    """The timeline, the same as a table, then what each act has shown, folded."""
    rows = [
        (
            f"{act.number} {act.title}",
            badge(BADGES[act.state], act.state.value),
            f"{act.seconds:.1f}" if act.state is not ActState.NOT_REACHED else "",
            ", ".join(found.counted for found in act.evidence),
        )
        for act in report.acts
    ]
    return section(
        "acts",
        "The acts",
        element("figure", timeline(report.acts)),
        table("The acts in their order", ("act", "state", "seconds", "shows"), rows),
        *(_shown(act) for act in report.acts if act.evidence),
        *(_program(program) for program in report.programs),
    )


def _shown(act: ReportedAct) -> Html:
    tables = [table_of(found.kind, found.rows) for found in act.evidence]
    return fold(f"What act {act.number} has shown: {act.title}", *tables)


def _program(program: Program) -> Html:
    title = join(("The end of the log of ", element("code", program.name)))
    return fold(title, element("pre", program.log, tabindex="0"))
