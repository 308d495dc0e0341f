"""The acts as bars over time; widths are percentages, so that text keeps its size."""

from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.utilities.words import lasted
from mlops_rehearsal.report.data import ActState, ReportedAct
from mlops_rehearsal.report.elements import Html, element, join

ROW: Final = 46
BAR: Final = 14
AXIS: Final = 26
STEPS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
MOST_LINES: Final = 6
THINNEST: Final = 0.4
"""Per cent: an act of a moment is still to be seen."""
CLASSES: Final = {
    ActState.PLAYED: "played",
    ActState.FAILED: "failed",
    ActState.NOT_REACHED: "not-reached",
}


def timeline(acts: Sequence[ReportedAct]) -> Html:
    """A drawing with a row for each act; what it says stands in its title and text too."""
    total = max([act.start + act.seconds for act in acts], default=0.0) or 1.0
    height = ROW * len(acts) + AXIS
    drawn = [_row(index, act, total) for index, act in enumerate(acts)]
    return element(
        "svg",
        element("title", "The acts over time", id="timeline-name"),
        *_lines(total, height),
        *drawn,
        width="100%",
        height=height,
        role="img",
        aria_labelledby="timeline-name",
    )


def _row(index: int, act: ReportedAct, total: float) -> Html:
    top = index * ROW
    name = element("text", f"{act.number} {act.title}", x="0", y=top + 18)
    parts = (name, _state(act, top), _bar(act, top + 24, total))
    return element("g", *parts, class_=CLASSES[act.state])


def _state(act: ReportedAct, top: int) -> Html:
    """The seconds, or what is to be said in their place; titles leave little room beside them."""
    if act.state is ActState.NOT_REACHED:
        middle = {"x": "50%", "y": top + 24 + 11, "text_anchor": "middle"}
        return element("text", act.state.value, class_="state", **middle)
    text = "failed" if act.state is ActState.FAILED else lasted(act.seconds)
    return element("text", text, x="100%", y=top + 18, text_anchor="end")


def _bar(act: ReportedAct, top: int, total: float) -> Html:
    if act.state is ActState.NOT_REACHED:
        return _rectangle(0.0, 100.0, top)
    width = max(100 * act.seconds / total, THINNEST)
    return _rectangle(min(100 * act.start / total, 100 - width), width, top)


def _rectangle(left: float, width: float, top: int) -> Html:
    return element("rect", x=f"{left:.2f}%", y=top, width=f"{width:.2f}%", height=BAR, rx="3")


def _lines(total: float, height: int) -> Iterator[Html]:
    """Lines at round seconds, each with its label."""
    bottom = height - AXIS
    for seconds in ticks(total):
        where = f"{100 * seconds / total:.2f}%"
        # The first and last label would stand half outside of the drawing.
        anchor = "start" if not seconds else "end" if seconds > 0.9 * total else "middle"
        line = element("line", x1=where, x2=where, y1="0", y2=bottom)
        label = element("text", lasted(seconds), x=where, y=bottom + 18, text_anchor=anchor)
        yield element("g", join((line, label)), class_="axis")


def ticks(total: float) -> list[int]:
    """Round seconds from 0 to the end, few enough for a narrow window."""
    step = next((step for step in STEPS if total / step <= MOST_LINES), STEPS[-1])
    return list(range(0, int(total) + 1, step))
