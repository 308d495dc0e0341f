"""The sentences of the first screen, each computed and with the part that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.protection_section import exposed, unprotected
from mlops_rehearsal.report.reach_section import attempts
from mlops_rehearsal.report.trust_section import administrators, outsiders


@dataclass(frozen=True)
class Statement:
    """A sentence, whether it is as it should be, and the section with the details."""

    good: bool
    text: str
    part: str


def statements(report: Report) -> Iterator[Statement]:
    """What can be said of what was played and read; nothing of what was not."""
    yield from _attack(report)
    if report.deployed.roles:
        yield from _trust(report)
    if report.deployed.templates:
        yield from _protection(report)
    if found := report.deployed.acknowledgements:
        bare = sum(not row.reason.strip() for row in found)
        text = f"{counted(len(found), 'accepted finding')} of rule packs"
        without = f", {bare} without a reason" if bare else ", each with its reason"
        yield Statement(not bare, text + without, "findings")
    yield from _model(report)
    if report.deployed.costs:
        usd = sum(row.usd for row in report.deployed.costs)
        yield Statement(True, f"About ${usd:,.0f} a month in AWS before anybody works", "costs")


def _attack(report: Report) -> Iterator[Statement]:
    tried = attempts(report)
    if tried:
        refused = sum(row["decision"] == "denied" for row in tried)
        text = f"{refused} of {counted(len(tried), 'attempt')} of an attacker refused as meant"
        yield Statement(refused == len(tried), text, "attack")


def _trust(report: Report) -> Iterator[Statement]:
    roles, strangers = counted(len(report.deployed.roles), "role"), outsiders(report)
    if strangers:
        named = ", ".join(sorted({entry.role for entry in strangers})[:3])
        text = f"Roles may be entered from outside of the platform: {named}"
    else:
        text = f"{roles}, none entered from outside of the platform's accounts"
    yield Statement(not strangers, text, "trust")
    powerful = administrators(report)
    named = ", ".join(powerful[:3])
    text = f"AdministratorAccess is attached to {named}" if powerful else ""
    yield Statement(not powerful, text or "No role has AdministratorAccess", "trust")


def _protection(report: Report) -> Iterator[Statement]:
    faults, doors = unprotected(report), exposed(report)
    buckets = counted(len(report.deployed.buckets), "bucket")
    good = f"{buckets}, all encrypted, closed to the public and to requests without TLS"
    bad = f"{counted(len(faults), 'fault')} of buckets: {'; '.join(faults[:2])}"
    yield Statement(not faults, bad if faults else good, "protection")
    open_ = f"The internet may reach: {'; '.join(doors[:2])}"
    closed = "Nothing lets the internet in; what goes out is in the table"
    yield Statement(not doors, open_ if doors else closed, "protection")


def _model(report: Report) -> Iterator[Statement]:
    answers = list(report.evidence("answers"))
    if answers:
        endpoints = {row["endpoint"] for row in answers}
        text = f"{counted(len(endpoints), 'endpoint')} of approved models answered"
        yield Statement(True, text, "answers")
    for row in report.evidence("rollbacks"):
        text = f"A faulty version was stopped in production by {row['stopped by']}"
        yield Statement(True, text, "answers")
