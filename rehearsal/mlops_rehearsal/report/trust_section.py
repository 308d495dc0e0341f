"""Who can enter which account by which role, and what holds roles back."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, code, element, fold, section
from mlops_rehearsal.report.tables import table
from mlops_rehearsal.report.trust import SAFE, Entry, From, entries

ABOUT: Final = (
    "Read from the trust policies of every role that the accounts held before anything was "
    "removed. Being let in is one half: whoever enters also needs a permission of its own."
)
ADMINISTRATOR: Final = ":policy/AdministratorAccess"


def trust_section(report: Report) -> Html:
    """The matrix of accounts, every way between accounts, then each role by account."""
    roles = report.deployed.roles
    if not roles:
        return section("trust", "Trust", element("p", "No role could be read."))
    names = report.account_names
    found = list(entries(roles, tuple(names)))
    return section(
        "trust",
        "Trust: who can enter which account",
        element("p", ABOUT),
        _matrix(found, names),
        _crossing(found, names),
        _boundaries(report, names),
        *_services(found, names),
    )


def outsiders(report: Report) -> list[Entry]:
    """Ways into roles for those who do not belong to the platform."""
    found = entries(report.deployed.roles, tuple(report.account_names))
    return [entry for entry in found if entry.origin not in SAFE]


def administrators(report: Report) -> list[str]:
    """The roles to which AWS's policy for administrators is attached."""
    roles = report.deployed.roles
    return [r.name for r in roles if any(m.endswith(ADMINISTRATOR) for m in r.managed)]


def _matrix(found: Sequence[Entry], names: dict[str, str]) -> Html:
    """Whoever enters against the accounts entered; a cell says how many roles let him in."""
    who = {entry: _who(entry, names) for entry in found}
    rows = []
    for label in sorted(set(who.values())):
        cells = [
            len({e.role for e in found if who[e] == label and e.account == account}) or ""
            for account in names
        ]
        rows.append((label, *cells))
    caption = "Roles that may be entered, by who enters and account"
    return table(caption, ("who enters", *names.values()), rows, kind="grid")


def _who(entry: Entry, names: dict[str, str]) -> str:
    if entry.origin in (From.SAME, From.PLATFORM):
        return f"from {names[entry.by]}"
    return entry.origin.value


def _crossing(found: Sequence[Entry], names: dict[str, str]) -> Html:
    inside = (From.SAME, From.SERVICE)
    rows = [
        (
            code(entry.role),
            names[entry.account],
            badge("good" if entry.origin in SAFE else "bad", _who(entry, names)),
            code(entry.who) if ":" in entry.who or "/" in entry.who else entry.who,
            _conditions(entry),
        )
        for entry in found
        if entry.origin not in inside
    ]
    if not rows:
        return element("p", "No role may be entered from another account.")
    caption = "Every way from one account into another"
    return table(caption, ("role", "in", "entered", "by", "only if"), rows)


def _boundaries(report: Report, names: dict[str, str]) -> Html:
    counts = Counter((r.account, r.boundary.rpartition("/")[2]) for r in report.deployed.roles)
    order = list(names)
    rows = [
        (code(boundary) if boundary else "none", names[account], number)
        for (account, boundary), number in sorted(
            counts.items(), key=lambda row: (order.index(row[0][0]), row[0][1])
        )
    ]
    return table("Permissions boundaries", ("boundary", "account", "roles"), rows)


def _services(found: Sequence[Entry], names: dict[str, str]) -> list[Html]:
    """The roles of each account that only services and the account itself enter."""
    folds = []
    for account, name in names.items():
        rows = [
            (code(e.role), e.who, _conditions(e))
            for e in found
            if e.account == account and e.origin in (From.SAME, From.SERVICE)
        ]
        title = f"Entered by services and by the account itself in {name}"
        if rows:
            ways = counted(len(rows), "way")
            folds.append(
                fold(f"{title}: {ways}", table(title, ("role", "entered by", "only if"), rows))
            )
    return folds


def _conditions(entry: Entry) -> Html:
    return element("code", entry.conditions, class_="long") if entry.conditions else Html("")
