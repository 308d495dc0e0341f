"""`status` over three account sets: deliveries, drift, projects, and what is not reached."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import Accounts
from stage_accounts import deployed_stack, drift, launched_project, lookup_role
from three_sets import ThreeSets, dev_of

pytestmark = pytest.mark.app

ACCOUNT = "717171717171"
UNTIL = (datetime.now(tz=UTC) + timedelta(days=10)).date().isoformat()


@pytest.fixture(scope="module")
def fleet(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> ThreeSets:
    found = ThreeSets(
        Accounts(accounts.emulator, ACCOUNT), tmp_path_factory.mktemp("status"), digit=7
    )
    dev = Accounts(accounts.emulator, dev_of("retail", 7))
    lookup_role(dev, ACCOUNT)
    deployed_stack(dev, f"one machine is enough until {UNTIL}")
    drift(dev)
    launched_project(dev, "churn-p-abcdefghijkl", "1.2.3")
    return found


@pytest.fixture(scope="module")
def told(fleet: ThreeSets) -> dict[str, Any]:
    done = fleet.run("status", "--json")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    return dict(json.loads(done.stdout))


def test_each_pipeline_is_told_with_what_it_delivers(told: dict[str, Any]) -> None:
    rows = {(row["set_name"], row["app"]): row for row in told["deliveries"]}
    assert rows["retail", "infra"]["status"] == "Succeeded"
    assert re.fullmatch("[0-9a-f]{40}", rows["retail", "infra"]["commit"])
    assert rows["retail", "infra"]["subject"] == "first"
    assert rows["cards", "template"]["unknown"] == "there is no pipeline yet"


def test_a_stage_is_told_with_its_commit_its_stack_and_its_drift(told: dict[str, Any]) -> None:
    (row,) = [
        row
        for row in told["stages"]
        if (row["set_name"], row["stage"], row["app"]) == ("retail", "dev", "infra")
    ]
    assert row["unknown"] == ""
    assert (row["status"], row["drift"]) == ("CREATE_COMPLETE", "DRIFTED")
    assert row["commit"] == told["deliveries"][0]["commit"]
    assert any("retail, dev, infra: somebody has changed" in line for line in told["attention"])


def test_an_account_that_is_not_reached_is_a_row_with_the_reason(told: dict[str, Any]) -> None:
    (row,) = [
        row for row in told["stages"] if (row["set_name"], row["stage"]) == ("credit", "prod")
    ]
    assert "lookup-role" in row["unknown"]
    assert "cannot be assumed" in row["unknown"]


def test_a_launched_project_is_told_with_its_product_and_version(told: dict[str, Any]) -> None:
    (row,) = told["projects"]
    assert (row["name"], row["product"], row["version"], row["status"]) == (
        "churn-p-abcdefghijkl",
        "tabular",
        "1.2.3",
        "AVAILABLE",
    )


def test_an_acknowledgement_that_ends_soon_is_told_with_its_day(told: dict[str, Any]) -> None:
    (row,) = told["acknowledgements"]
    assert (row["control"], row["until"], row["stage"]) == ("SageMaker.4", UNTIL, "dev")


def test_an_account_without_a_bootstrap_is_told(told: dict[str, Any]) -> None:
    (row,) = [row for row in told["bootstraps"] if row["account"] == dev_of("retail", 7)]
    assert (row["lacks"], row["blocks"]) == ("is not bootstrapped", True)


def test_a_page_is_written_that_holds_no_script_and_fetches_nothing(
    fleet: ThreeSets, tmp_path: Path
) -> None:
    file = tmp_path / "fleet.html"
    assert fleet.run("status", "--html", str(file)).returncode == 3
    text = file.read_text()
    assert "churn-p-abcdefghijkl" in text
    assert not re.search(r"<script|src=|href=|@import|url\(", text)
