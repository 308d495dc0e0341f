"""The first screen of a report: computed from it, then drawn from what was computed alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.utilities.words import counted, lasted
from mlops_rehearsal.report.data import ActState, Report
from mlops_rehearsal.report.elements import Html, badge, element
from mlops_rehearsal.report.failure import sentence
from mlops_rehearsal.report.reality_section import notice
from mlops_rehearsal.report.summary import Statement, statements

SHORT: Final = 12
FIGURES: Final = (
    *("accounts", "stacks", "resources"),
    *("pipeline actions", "decisions allowed", "decisions denied"),
)
"""The order in which figures are drawn; data that was sorted on its way has lost it."""


@dataclass(frozen=True, kw_only=True)
class FirstScreen:
    """What it says.

    Attributes:
        verdict: how the rehearsal has ended, in a sentence.
        failed: whether it has failed; `message` is the whole of what was said then.
        note: what could not be read.
        origin: where the report comes from, in short.
    """

    title: str
    verdict: str
    failed: bool = False
    message: str = ""
    note: str = ""
    statements: tuple[Statement, ...]
    figures: Mapping[str, int]
    origin: str


def first_screen(report: Report) -> FirstScreen:
    """What a report says first."""
    failed = report.failed
    told = failed.message if failed and "\n" in failed.message else ""
    return FirstScreen(
        title=f"Emulated rehearsal of the platform, {report.made:%Y-%m-%d %H:%M} UTC",
        verdict=sentence(failed) if failed else _success(report),
        failed=bool(failed),
        message=told,
        note=report.observed.note,
        statements=tuple(statements(report)),
        figures=_figures(report),
        origin=_origin(report),
    )


def header(found: FirstScreen) -> Html:
    """It as markup."""
    return element(
        "header",
        element("h1", found.title),
        notice(),
        element("div", *_verdict(found), class_="verdict bad" if found.failed else "verdict"),
        _summary(found.statements),
        element("dl", *(_figure(name, found.figures[name]) for name in FIGURES), class_="figures"),
        element(
            "p",
            found.origin,
            ". ",
            element("a", "Provenance", href="#provenance"),
            class_="origin",
        ),
    )


def _success(report: Report) -> str:
    played = [act for act in report.acts if act.state is ActState.PLAYED]
    seconds = sum(act.seconds for act in played)
    return f"{counted(len(played), 'act')} played in {lasted(seconds)}"


def _figures(report: Report) -> Mapping[str, int]:
    stacks = [stack for account in report.observed.accounts for stack in account.stacks]
    decisions = {"allowed": 0, "denied": 0}
    for row in report.observed.access:
        decisions[row.decision] += row.count
    return {
        "accounts": len({account.account for account in report.observed.accounts}),
        "stacks": len(stacks),
        "resources": sum(stack.resources for stack in stacks),
        "pipeline actions": len(report.actions),
        "decisions allowed": decisions["allowed"],
        "decisions denied": decisions["denied"],
    }


def _origin(report: Report) -> str:
    found = report.provenance
    files = [f"{name} {digest[:SHORT]}" for name, digest in found.files.items()]
    parts = [found.version, f"commit {found.commit[:SHORT]} ({found.tree})", *files, found.machine]
    return "; ".join(parts)


def _verdict(found: FirstScreen) -> Iterator[Html]:
    yield element("strong", found.verdict)
    if found.message:
        yield element("pre", found.message, class_="message", tabindex="0")
    if found.note:
        yield element("p", found.note)


def _summary(found: tuple[Statement, ...]) -> Html:
    items = [
        element(
            "li",
            badge("good", "✓ ") if one.good else badge("bad", "✗ "),
            element("a", one.text, href=f"#{one.part}"),
        )
        for one in found
    ]
    return element("ul", *items, class_="summary") if items else Html("")


def _figure(name: str, count: int) -> Html:
    return element("div", element("dt", name), element("dd", f"{count:,}"))
