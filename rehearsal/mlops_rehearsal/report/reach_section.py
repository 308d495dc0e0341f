"""Who can become whom, computed, beside what an attacker has tried in this rehearsal."""

from collections.abc import Mapping
from typing import Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, element, prose, section
from mlops_rehearsal.report.tables import table

ATTACK: Final = "attack"
ABOUT: Final = (
    "Computed from the templates and the bootstrap by IAM's rules, for the worst code that could "
    "run: what it may choose, it chooses. So a cell may say too much, and is meant never to say "
    "too little. Empty cells are what is out of reach."
)
MISSING: Final = (
    "Not computed here: this configuration is none of the reviewed ones. Rehearse it with "
    "`--evidence FILE`, or ask `./mlops-multi-account.sh access --config FILE`."
)
TRIED: Final = (
    "Each attempt was made against the emulated accounts, and had to be refused by the control "
    "that was meant; the same call by somebody who may make it had to pass."
)


def attempts(report: Report) -> list[Mapping[str, str]]:
    """What the attacker of the rehearsal has tried."""
    return [
        row
        for act in report.acts
        if act.name == ATTACK
        for found in act.evidence
        if found.kind == "access"
        for row in found.rows
    ]


def reach_section(report: Report) -> Html:
    """The table of reach."""
    title = "Reach: who can become whom"
    found = report.reach
    if found is None:
        return section("reach", title, element("p", prose(MISSING)))
    rows = [(start, *map(_cell, cells)) for start, *cells in found.rows]
    text = f"{ABOUT} Source: {found.source}."
    shown = table("What each start can reach", found.heading, rows, kind="grid")
    return section("reach", title, element("p", text), shown)


def attack_section(report: Report) -> Html:
    """Every attempt and what has refused it."""
    title = "The attacker"
    rows = [
        (
            row["does"],
            row["on"],
            row["who"],
            badge("good" if row["decision"] == "denied" else "bad", row["decision"]),
            prose(row.get("by", "")),
        )
        for row in attempts(report)
    ]
    if not rows:
        return section("attack", title, element("p", "No attack was played in this rehearsal."))
    heading = ("attempt", "on", "who", "decision", "refused by")
    return section(
        "attack", title, element("p", TRIED), table("What an attacker tried", heading, rows)
    )


def _cell(text: str) -> Html | str:
    return badge("emulated", text) if text else ""
