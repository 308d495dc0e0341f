"""The report as one HTML page: a pure function of its data."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mlops_rehearsal.report.access_section import access_section
from mlops_rehearsal.report.accounts_section import accounts_section
from mlops_rehearsal.report.acts_section import acts_section
from mlops_rehearsal.report.costs_section import costs_section
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, element
from mlops_rehearsal.report.findings_section import findings_section
from mlops_rehearsal.report.first_screen import FirstScreen, first_screen, header
from mlops_rehearsal.report.model_section import answers_section, model_section
from mlops_rehearsal.report.protection_section import protection_section
from mlops_rehearsal.report.provenance_section import provenance_section
from mlops_rehearsal.report.reach_section import attack_section, reach_section
from mlops_rehearsal.report.reality_section import reality_section
from mlops_rehearsal.report.runs_section import runs_section
from mlops_rehearsal.report.trust_section import trust_section
from mlops_rehearsal.report.truth_section import truth_section

NOTHING: Final = Html("")
STYLE: Final = Path(__file__).with_name("style.css")
PARTS: Final[Mapping[str, tuple[str, Callable[[Report], Html]]]] = {
    "acts": ("Acts", acts_section),
    "attack": ("Attacker", attack_section),
    "reach": ("Reach", reach_section),
    "trust": ("Trust", trust_section),
    "protection": ("Encryption, exposure", protection_section),
    "findings": ("Findings", findings_section),
    "access": ("Access", access_section),
    "model": ("Model", model_section),
    "answers": ("Endpoints", answers_section),
    "accounts": ("Accounts", accounts_section),
    "runs": ("Pipelines", runs_section),
    "costs": ("Costs", costs_section),
    "reality": ("What this shows", reality_section),
    "truth": ("What is proven", truth_section),
    "provenance": ("Provenance", provenance_section),
}
"""The sections in their order: the id, the name in the navigation, and what makes it."""


def page(report: Report) -> str:
    """The whole document; it is well-formed XML after its first line."""
    screen = first_screen(report)
    made = [section(report) for _, section in PARTS.values()]
    skip = element("a", "Skip to the acts", href=f"#{next(iter(PARTS))}", class_="skip")
    return document(screen, _navigation(), element("main", *made), before=skip)


def document(screen: FirstScreen, *content: Html, before: Html = NOTHING) -> str:
    """A document that begins with a first screen; `before` it stands what the keyboard finds."""
    body = element("body", before, header(screen), *content)
    return f"<!doctype html>\n{element('html', _head(screen.title), body, lang='en')}\n"


def _head(title: str) -> Html:
    return element(
        "head",
        Html('<meta charset="utf-8" />\n'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1" />\n'),
        element("title", title),
        # A style sheet is no text of ours to escape: it holds nothing that comes from outside.
        element("style", Html(STYLE.read_text(encoding="utf-8"))),
    )


def _navigation() -> Html:
    links = [
        element("li", element("a", name, href=f"#{part}")) for part, (name, _) in PARTS.items()
    ]
    return element("nav", element("ul", *links), aria_label="Sections")
