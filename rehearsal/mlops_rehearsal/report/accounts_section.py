"""The accounts and what was deployed into each."""

from collections.abc import Iterator

from mlops_rehearsal.report.data import Account, Report
from mlops_rehearsal.report.elements import Html, badge, code, element, section
from mlops_rehearsal.report.tables import table

CAPTION = "Stacks by account, before anything is removed"
HEADING = ("account", "role in the platform", "region", "stack", "status", "resources")
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


def accounts_section(report: Report) -> Html:
    """A row for each stack, as CloudFormation tells it when all of them are there."""
    found = report.observed.accounts
    rows = [row for account in found for row in _rows(account)]
    content = (
        table("Stacks by account, before anything is removed", HEADING, rows)
        if rows
        else _nothing()
    )
    return section("accounts", "Accounts and stacks", content)


def _nothing() -> Html:
    return element("p", "No account could be read.")


def _rows(account: Account) -> Iterator[tuple[object, ...]]:
    place = (code(account.account), account.role, account.region)
    if not account.stacks:
        yield (*place, element("span", "none", class_="muted"), "", "")
    for stack in account.stacks:
        kind = "good" if stack.status in SETTLED else "bad"
        yield (*place, code(stack.name), badge(kind, stack.status), stack.resources)
