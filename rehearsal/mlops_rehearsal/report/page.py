"""The report as one HTML page: a pure function of its data."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.access_section import access_section
from mlops_rehearsal.report.accounts_section import accounts_section
from mlops_rehearsal.report.acts_section import acts_section
from mlops_rehearsal.report.costs_section import costs_section
from mlops_rehearsal.report.data import ActState, Report, ReportedAct
from mlops_rehearsal.report.elements import Html, element, join
from mlops_rehearsal.report.failure import sentence
from mlops_rehearsal.report.findings_section import findings_section
from mlops_rehearsal.report.model_section import answers_section, model_section
from mlops_rehearsal.report.protection_section import protection_section
from mlops_rehearsal.report.provenance_section import origin, provenance_section
from mlops_rehearsal.report.reach_section import attack_section, reach_section
from mlops_rehearsal.report.reality_section import notice, reality_section
from mlops_rehearsal.report.runs_section import runs_section
from mlops_rehearsal.report.summary import summary
from mlops_rehearsal.report.trust_section import trust_section
from mlops_rehearsal.report.truth_section import truth_section

STYLE: Final = Path(__file__).with_name("style.css")
PARTS: Final = {
    "acts": "Acts",
    "attack": "Attacker",
    "reach": "Reach",
    "trust": "Trust",
    "protection": "Encryption, exposure",
    "findings": "Findings",
    "access": "Access",
    "model": "Model",
    "answers": "Endpoints",
    "accounts": "Accounts",
    "runs": "Pipelines",
    "costs": "Costs",
    "reality": "What this shows",
    "truth": "What is proven",
    "provenance": "Provenance",
}
"""Where the navigation leads to: the id of a section and its short name."""
SECTIONS: Final[tuple[Callable[[Report], Html], ...]] = (
    acts_section,
    attack_section,
    reach_section,
    trust_section,
    protection_section,
    findings_section,
    access_section,
    model_section,
    answers_section,
    accounts_section,
    runs_section,
    costs_section,
    reality_section,
    truth_section,
    provenance_section,
)


def page(report: Report) -> str:
    """The whole document; it is well-formed XML after its first line."""
    title = f"Emulated rehearsal of the platform, {report.made:%Y-%m-%d %H:%M} UTC"
    body = element(
        "body",
        element(
            "header",
            element("h1", title),
            notice(),
            _verdict(report),
            summary(report),
            _figures(report),
            origin(report),
        ),
        _navigation(),
        element("main", *(made(report) for made in SECTIONS)),
    )
    return f"<!doctype html>\n{element('html', _head(title), body, lang='en')}\n"


def _head(title: str) -> Html:
    return element(
        "head",
        Html('<meta charset="utf-8" />\n'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1" />\n'),
        element("title", title),
        # A style sheet is no text of ours to escape: it holds nothing that comes from outside.
        element("style", Html(STYLE.read_text(encoding="utf-8"))),
    )


def _verdict(report: Report) -> Html:
    failed = report.failed
    parts = [_failure(failed)] if failed else [_success(report)]
    if report.observed.note:
        parts.append(element("p", report.observed.note))
    return element("div", *parts, class_="verdict bad" if failed else "verdict")


def _success(report: Report) -> Html:
    played = [act for act in report.acts if act.state is ActState.PLAYED]
    seconds = sum(act.seconds for act in played)
    return element("strong", f"{counted(len(played), 'act')} played in {seconds:.0f} s")


def _failure(act: ReportedAct) -> Html:
    told = element("pre", act.message, class_="message", tabindex="0")
    return join((element("strong", sentence(act)), told if "\n" in act.message else ""))


def _figures(report: Report) -> Html:
    stacks = [stack for account in report.observed.accounts for stack in account.stacks]
    decisions = {"allowed": 0, "denied": 0}
    for row in report.observed.access:
        decisions[row.decision] += row.count
    figures = {
        "accounts": len({account.account for account in report.observed.accounts}),
        "stacks": len(stacks),
        "resources": sum(stack.resources for stack in stacks),
        "pipeline actions": len(report.actions),
        "decisions allowed": decisions["allowed"],
        "decisions denied": decisions["denied"],
    }
    return element(
        "dl",
        *(
            element("div", element("dt", name), element("dd", f"{count:,}"))
            for name, count in figures.items()
        ),
        class_="figures",
    )


def _navigation() -> Html:
    links = [element("li", element("a", name, href=f"#{part}")) for part, name in PARTS.items()]
    return element("nav", element("ul", *links), aria_label="Sections")
