"""The accounts and what was deployed into each."""

from collections.abc import Collection, Iterator

from mlops_rehearsal.report.data import Account, Report, Stack
from mlops_rehearsal.report.elements import Html, badge, code, element, join, section
from mlops_rehearsal.report.tables import table

CAPTION = "Stacks by account, before anything is removed"
HEADING = ("account", "role in the platform", "region", "stack", "status", "resources")
ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


def accounts_section(report: Report) -> Html:
    """A row for each stack, as CloudFormation tells it when all of them are there."""
    found = report.observed.accounts
    purpose = {(row["account"], row["endpoint"]) for row in report.evidence("rollbacks")}
    rows = [row for account in found for row in _rows(account, purpose)]
    content = table(CAPTION, HEADING, rows) if rows else _nothing()
    return section("accounts", "Accounts and stacks", content)


def _nothing() -> Html:
    return element("p", "No account could be read.")


def _rows(account: Account, purpose: Collection[tuple[str, str]]) -> Iterator[tuple[object, ...]]:
    place = (code(account.account), account.role, account.region)
    if not account.stacks:
        yield (*place, element("span", "none", class_="muted"), "", "")
    for stack in account.stacks:
        yield (*place, code(stack.name), _status(account, stack, purpose), stack.resources)


def _status(account: Account, stack: Stack, purpose: Collection[tuple[str, str]]) -> Html:
    """A stack that went back because a canary was to fail has ended as it should."""
    project, _, stage = stack.name.rpartition("-deploy-")
    if stack.status == ROLLED_BACK and (account.account, f"{project}-{stage}") in purpose:
        return join((badge("emulated", stack.status), " as meant: the canary has failed"))
    return badge("good" if stack.status in SETTLED else "bad", stack.status)
