"""The custom resource's handler, with boto3's own clients against an account in memory."""

import importlib.util
import json
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from mlops_infra.studio.projects import RUNTIME_DIRECTORY, STATEMENTS

pytestmark = pytest.mark.construct

ROLE_A, ROLE_B = "arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:role/b"
SOMEBODY_ELSE = "arn:aws:iam::111111111111:role/somebody-else"
PORTFOLIO = "port-sagemaker"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("enable_projects", RUNTIME_DIRECTORY / "index.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


index = load()


class Account:
    """The operations that the handler uses, with their effects, behind boto3's real clients.

    The clients validate parameters, follow pages and raise the services' own exceptions.

    Args:
        appears_after: how often the shares are listed before the portfolio is among them.
        others: how many portfolios stand before it, one on a page.
        provider: what the portfolio says of who provides it.
    """

    def __init__(
        self,
        *,
        enabled: bool = False,
        appears_after: int = 0,
        others: int = 0,
        provider: str = "Amazon SageMaker",
    ) -> None:
        self._provider = provider
        self.enabled = enabled
        self.principals: set[str] = set()
        self.calls: list[str] = []
        self.pauses: list[float] = []
        self._appears_after = appears_after
        self._others = others

    def client(self, service: str) -> Any:
        client = boto3.client(
            service,
            region_name="eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        client.meta.events.register("before-call", self._answer)
        return client

    def _answer(self, *, model: Any, params: dict[str, Any], **_: Any) -> Any:
        self.calls.append(model.name)
        status, content = getattr(self, model.name)(json.loads(params["body"]))
        return AWSResponse(params["url"], status, {}, None), content

    def GetSagemakerServicecatalogPortfolioStatus(self, _body: Any) -> Any:
        return 200, {"Status": "Enabled" if self.enabled else "Disabled"}

    def EnableSagemakerServicecatalogPortfolio(self, _body: Any) -> Any:
        self.enabled = True
        return 200, {}

    def DisableSagemakerServicecatalogPortfolio(self, _body: Any) -> Any:
        self.enabled = False
        return 200, {}

    def ListAcceptedPortfolioShares(self, body: dict[str, str]) -> Any:
        # The portfolio is an imported one, which is what the operation lists by default.
        assert body.get("PortfolioShareType", "IMPORTED") == "IMPORTED"
        page = int(body.get("PageToken", 0))
        if page < self._others:
            details = [{"Id": f"port-{page}", "ProviderName": "another"}]
            return 200, {"PortfolioDetails": details, "NextPageToken": str(page + 1)}
        self._appears_after -= 1
        present = self.enabled and self._appears_after < 0
        details = [{"Id": PORTFOLIO, "ProviderName": self._provider}] if present else []
        return 200, {"PortfolioDetails": details}

    def AssociatePrincipalWithPortfolio(self, body: dict[str, str]) -> Any:
        assert body["PortfolioId"] == PORTFOLIO
        assert body["PrincipalType"] == "IAM"
        self.principals.add(body["PrincipalARN"])
        return 200, {}

    def ListPrincipalsForPortfolio(self, body: dict[str, str]) -> Any:
        assert body["PortfolioId"] == PORTFOLIO
        found = [{"PrincipalARN": arn, "PrincipalType": "IAM"} for arn in sorted(self.principals)]
        start = int(body.get("PageToken", 0))
        more = {"NextPageToken": str(start + 1)} if start < len(found) else {}
        # The first page is empty, as pages may be.
        return 200, {"Principals": found[start - 1 : start] if start else [], **more}

    def DisassociatePrincipalFromPortfolio(self, body: dict[str, str]) -> Any:
        assert body["PortfolioId"] == PORTFOLIO
        if body["PrincipalARN"] not in self.principals:
            return 400, {"Error": {"Code": "ResourceNotFoundException", "Message": "unknown"}}
        self.principals.remove(body["PrincipalARN"])
        return 200, {}


def send(account: Account, request: str, roles: list[str], **more: Any) -> dict[str, Any]:
    event = {"RequestType": request, "ResourceProperties": {"ExecutionRoles": roles}, **more}
    clients = (account.client("sagemaker"), account.client("servicecatalog"))
    answer: dict[str, Any] = index.handle(event, *clients, pause=account.pauses.append)
    return answer


def test_create_enables_the_portfolio_for_every_role() -> None:
    account = Account()
    answer = send(account, "Create", [ROLE_A, ROLE_B])
    assert account.enabled
    assert account.principals == {ROLE_A, ROLE_B}
    assert answer["Data"] == {"PortfolioId": PORTFOLIO}
    assert account.pauses == []


def test_it_is_found_by_the_service_s_new_name_too() -> None:
    account = Account(provider="Amazon SageMaker AI")
    send(account, "Create", [ROLE_A])
    assert account.principals == {ROLE_A}


def test_the_portfolio_is_found_on_a_later_page() -> None:
    account = Account(others=3)
    send(account, "Create", [ROLE_A])
    assert account.principals == {ROLE_A}
    assert account.calls.count("ListAcceptedPortfolioShares") == 4


def test_it_waits_for_a_portfolio_that_appears_late() -> None:
    account = Account(appears_after=4)
    send(account, "Create", [ROLE_A])
    assert account.principals == {ROLE_A}
    assert account.pauses == [index.SECONDS_BETWEEN] * 4


@pytest.mark.parametrize("enabled_before", [False, True])
def test_a_portfolio_that_never_appears_is_a_failure_that_leaves_nothing_behind(
    enabled_before: bool,
) -> None:
    account = Account(enabled=enabled_before, appears_after=1000)
    with pytest.raises(RuntimeError, match="no portfolio of 'Amazon SageMaker'"):
        send(account, "Create", [ROLE_A])
    assert account.enabled is enabled_before
    assert len(account.pauses) == index.ATTEMPTS - 1


def test_update_takes_away_what_is_no_longer_wanted() -> None:
    account = Account()
    account.principals.add(SOMEBODY_ELSE)
    created = send(account, "Create", [ROLE_A])
    updated = send(
        account,
        "Update",
        [ROLE_B],
        PhysicalResourceId=created["PhysicalResourceId"],
        OldResourceProperties={"ExecutionRoles": [ROLE_A]},
    )
    assert account.principals == {ROLE_B, SOMEBODY_ELSE}
    assert updated == created


def test_update_enables_again_what_somebody_has_switched_off() -> None:
    account = Account()
    created = send(account, "Create", [ROLE_A])
    account.enabled = False
    send(account, "Update", [ROLE_A], PhysicalResourceId=created["PhysicalResourceId"])
    assert account.enabled


def test_the_same_request_twice_changes_nothing_more() -> None:
    account = Account()
    first = send(account, "Create", [ROLE_A])
    again = send(account, "Update", [ROLE_A], PhysicalResourceId=first["PhysicalResourceId"])
    assert (account.principals, again) == ({ROLE_A}, first)


@pytest.mark.parametrize("enabled_before", [False, True])
def test_delete_undoes_what_create_did_and_no_more(enabled_before: bool) -> None:
    account = Account(enabled=enabled_before)
    created = send(account, "Create", [ROLE_A])
    send(account, "Delete", [ROLE_A], PhysicalResourceId=created["PhysicalResourceId"])
    assert account.enabled is enabled_before
    assert account.principals == set()


def test_the_portfolio_stays_while_another_studio_of_the_account_uses_it() -> None:
    """Two sets in one account: the switch is the account's, and the first has turned it."""
    account = Account()
    first = send(account, "Create", [ROLE_A])
    second = send(account, "Create", [ROLE_B])
    send(account, "Delete", [ROLE_A], PhysicalResourceId=first["PhysicalResourceId"])
    assert account.enabled
    assert account.principals == {ROLE_B}
    send(account, "Delete", [ROLE_B], PhysicalResourceId=second["PhysicalResourceId"])
    assert account.principals == set()


@pytest.mark.parametrize("enabled", [False, True])
def test_delete_of_what_is_gone_already_succeeds(enabled: bool) -> None:
    account = Account(enabled=enabled)
    send(account, "Delete", [ROLE_A], PhysicalResourceId=index.ENABLED_BEFORE)
    assert account.enabled is enabled


def test_the_role_may_call_what_the_handler_calls() -> None:
    account = Account()
    created = send(account, "Create", [ROLE_A])
    send(account, "Delete", [ROLE_A], PhysicalResourceId=created["PhysicalResourceId"])
    allowed = {name.partition(":")[2] for s in STATEMENTS for name in s.actions}
    assert set(account.calls) <= allowed
