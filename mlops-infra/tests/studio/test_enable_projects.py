"""The custom resource's handler against an account in memory."""

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from mlops_infra.studio.projects import RUNTIME_DIRECTORY

pytestmark = pytest.mark.construct

ROLE_A, ROLE_B = "arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:role/b"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("enable_projects", RUNTIME_DIRECTORY / "index.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


index = load()


class Account:
    """The operations of SageMaker and Service Catalog that the handler uses, with their effects."""

    def __init__(self, *, enabled: bool = False, appears_after: int = 0, position: int = 0) -> None:
        self.enabled = enabled
        self.principals: set[str] = set()
        self.pages_read = 0
        self._appears_after = appears_after
        self._others = [{"Id": f"port-{n}", "ProviderName": "another"} for n in range(position)]

    def get_sagemaker_servicecatalog_portfolio_status(self) -> dict[str, str]:
        return {"Status": "Enabled" if self.enabled else "Disabled"}

    def enable_sagemaker_servicecatalog_portfolio(self) -> None:
        self.enabled = True

    def disable_sagemaker_servicecatalog_portfolio(self) -> None:
        self.enabled = False

    def get_paginator(self, operation: str) -> "Account":
        assert operation == "list_accepted_portfolio_shares"
        return self

    def paginate(self, **arguments: str) -> Any:
        assert arguments == {"PortfolioShareType": "AWS_SERVICECATALOG"}
        portfolios = list(self._others)
        if self.enabled and self._appears_after <= 0:
            portfolios.append({"Id": "port-sagemaker", "ProviderName": "Amazon SageMaker"})
        self._appears_after -= 1
        for portfolio in portfolios or [None]:
            self.pages_read += 1
            yield {"PortfolioDetails": [portfolio] if portfolio else []}

    def associate_principal_with_portfolio(self, **arguments: str) -> None:
        assert arguments["PortfolioId"] == "port-sagemaker"
        self.principals.add(arguments["PrincipalARN"])

    def disassociate_principal_from_portfolio(self, **arguments: str) -> None:
        self.principals.discard(arguments["PrincipalARN"])


def send(account: Account, request: str, roles: list[str], **more: Any) -> dict[str, Any]:
    event = {"RequestType": request, "ResourceProperties": {"ExecutionRoles": roles}, **more}
    answer: dict[str, Any] = index.handle(event, account, account, pause=lambda _: None)
    return answer


def test_create_enables_the_portfolio_for_every_role() -> None:
    account = Account()
    answer = send(account, "Create", [ROLE_A, ROLE_B])
    assert account.enabled
    assert account.principals == {ROLE_A, ROLE_B}
    assert answer["Data"] == {"PortfolioId": "port-sagemaker"}


def test_the_portfolio_is_found_on_a_later_page() -> None:
    account = Account(position=3)
    send(account, "Create", [ROLE_A])
    assert account.pages_read == 4


def test_it_waits_for_a_portfolio_that_appears_late() -> None:
    account = Account(appears_after=4)
    send(account, "Create", [ROLE_A])
    assert account.principals == {ROLE_A}


def test_a_portfolio_that_never_appears_is_a_failure_with_a_reason() -> None:
    with pytest.raises(RuntimeError, match="no portfolio of 'Amazon SageMaker'"):
        send(Account(appears_after=1000), "Create", [ROLE_A])


def test_update_takes_away_what_is_no_longer_wanted() -> None:
    account = Account()
    created = send(account, "Create", [ROLE_A])
    updated = send(
        account,
        "Update",
        [ROLE_B],
        PhysicalResourceId=created["PhysicalResourceId"],
        OldResourceProperties={"ExecutionRoles": [ROLE_A]},
    )
    assert account.principals == {ROLE_B}
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]


def test_the_same_request_twice_changes_nothing_more() -> None:
    account = Account()
    first = send(account, "Create", [ROLE_A])
    send(account, "Update", [ROLE_A], PhysicalResourceId=first["PhysicalResourceId"])
    assert account.principals == {ROLE_A}


@pytest.mark.parametrize("enabled_before", [False, True])
def test_delete_undoes_what_create_did_and_no_more(enabled_before: bool) -> None:
    account = Account(enabled=enabled_before)
    account.principals.add("arn:aws:iam::111111111111:role/somebody-else")
    created = send(account, "Create", [ROLE_A])
    send(account, "Delete", [ROLE_A], PhysicalResourceId=created["PhysicalResourceId"])
    assert account.enabled is enabled_before
    assert account.principals == {"arn:aws:iam::111111111111:role/somebody-else"}


def test_delete_of_what_is_gone_already_succeeds() -> None:
    send(Account(), "Delete", [ROLE_A], PhysicalResourceId="portfolio-enabled-here")
