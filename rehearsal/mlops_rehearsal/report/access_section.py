"""The access matrix as it was observed: who did what, and what was denied."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.data import Access, Report
from mlops_rehearsal.report.elements import (
    Html,
    badge,
    code,
    element,
    fold,
    html,
    join,
    section,
)
from mlops_rehearsal.report.tables import table

DENIED = "denied"
ABOUT = (
    "Counted where IAM decides: calls, and what CloudFormation, SageMaker and EventBridge do in "
    "the name of a role. Sessions count as their role; a refusal by a trust policy or by another "
    "account's bucket counts beside the caller's own permission. An account's root and its "
    "administrator also prepare the accounts for the rehearsal and read them for this report."
)


def access_section(report: Report) -> Html:
    """What people tried, everything that was denied, the matrix, then each principal's actions."""
    roles = {account.account: account.role for account in report.observed.accounts}
    found = report.observed.access
    if not found:
        return section("access", "Access", element("p", "No decision of IAM could be read."))
    return section(
        "access",
        "Access: who did what",
        element("p", ABOUT),
        *_tried(list(report.evidence("access"))),
        _denied(found, roles),
        _matrix(found, roles),
        *_accounts(found, roles),
    )


def decision(value: str) -> Html:
    """A decision with its colour; anything but `allowed` is none that lets somebody in."""
    return badge("bad" if value == DENIED else "good", value)


def _tried(rows: Sequence[Mapping[str, str]]) -> Iterable[Html]:
    if rows:
        # Only an attack says by what it was refused.
        heading = tuple(dict.fromkeys(name for row in rows for name in row))
        cells = [
            [decision(row[name]) if name == "decision" else row.get(name, "") for name in heading]
            for row in rows
        ]
        yield table("What people tried", heading, cells)


def _denied(found: Sequence[Access], roles: Mapping[str, str]) -> Html:
    rows = [
        (code(_short(row.principal)), _where(row, roles), code(row.action), row.count)
        for row in found
        if row.decision == DENIED
    ]
    if not rows:
        return element("p", "Nothing was denied.")
    return table("Everything that was denied", ("principal", "account", "action", "times"), rows)


def _matrix(found: Sequence[Access], roles: Mapping[str, str]) -> Html:
    """Principals against services; a cell says how many different actions."""
    services = sorted({row.action.partition(":")[0] for row in found})
    rows = []
    for who, decided in _by_principal(found).items():
        cells = [_cell([r for r in decided if r.action.startswith(f"{s}:")]) for s in services]
        rows.append((code(_short(who)), _where(decided[0], roles), *cells))
    caption = "Different actions of each principal by service: allowed, denied with a cross"
    return table(caption, ("principal", "account", *services), rows, kind="matrix")


def _cell(decided: Sequence[Access]) -> Html:
    allowed = len({row.action for row in decided if row.decision != DENIED})
    denied = len({row.action for row in decided if row.decision == DENIED})
    if not denied:
        return html(allowed or "")
    return join((allowed or "", " ", badge("bad", f"✗{denied}")))


def _accounts(found: Sequence[Access], roles: Mapping[str, str]) -> Iterable[Html]:
    """The principals of each account, folded twice: there are some eighty."""
    principals = _by_principal(found).items()
    for account in dict.fromkeys(rows[0].account for _, rows in principals):
        mine = [(who, rows) for who, rows in principals if rows[0].account == account]
        title = f"Each principal in {roles.get(account, account)}: {len(mine)}"
        yield fold(title, *(_principal(who, rows, roles) for who, rows in mine))


def _principal(who: str, decided: Sequence[Access], roles: Mapping[str, str]) -> Html:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in decided:
        counts[row.action][row.decision] = row.count
    rows = [
        (code(action), times.get("allowed", ""), _red(times.get(DENIED)))
        for action, times in sorted(counts.items())
    ]
    denied = sum(DENIED in times for times in counts.values())
    title = join(
        (
            code(_short(who)),
            f" in {_where(decided[0], roles)}: {counted(len(counts), 'action')}",
            *((", ", badge("bad", f"{denied} denied")) if denied else ()),
        )
    )
    return fold(title, table(f"Actions of {who}", ("action", "allowed", "denied"), rows))


def _red(count: int | None) -> object:
    return badge("bad", str(count)) if count else ""


def _by_principal(found: Sequence[Access]) -> dict[str, list[Access]]:
    grouped: dict[str, list[Access]] = defaultdict(list)
    for row in sorted(found, key=lambda row: (row.account, row.principal, row.action)):
        grouped[row.principal].append(row)
    return grouped


def _short(principal: str) -> str:
    """A principal without its account, which stands beside it."""
    return principal.split(":", 5)[-1]


def _where(row: Access, roles: Mapping[str, str]) -> str:
    return roles.get(row.account, row.account)
