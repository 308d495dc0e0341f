"""The budget of a stage's account, and what a change of it makes of CloudFormation's."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cfnlint
import pytest

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import Budget
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct

TYPE = "AWS::Budgets::Budget"


@cache
def budgets(amount: int = 0, email: str = "") -> dict[str, Any]:
    app = platform_app()
    env = cdk.Environment(account="1" * 12, region="eu-west-1")
    budget = Budget(amount=amount, email=email) if amount else None
    stage = CoreStage(app, "prod", env=env, budget=budget)
    (stack,) = stage.synth().stacks
    return {k: r for k, r in stack.template["Resources"].items() if r["Type"] == TYPE}


def test_a_stage_has_no_budget_by_default() -> None:
    assert budgets() == {}


def test_somebody_is_told_of_what_is_spent_and_of_what_will_be() -> None:
    (resource,) = budgets(500, "finance@example.com").values()
    properties = resource["Properties"]
    assert properties["Budget"]["BudgetLimit"] == {"Amount": 500, "Unit": "USD"}
    assert properties["Budget"]["BudgetName"].startswith("prod-mlops-infra-")
    told = {
        (n["Notification"]["NotificationType"], n["Notification"]["Threshold"]): [
            s["Address"] for s in n["Subscribers"]
        ]
        for n in properties["NotificationsWithSubscribers"]
    }
    assert told == {
        ("ACTUAL", 80): ["finance@example.com"],
        ("FORECASTED", 100): ["finance@example.com"],
    }


def test_another_address_is_another_budget_and_another_amount_the_same() -> None:
    """By AWS's schema of the type: what is create-only is replaced, under a name that is free."""
    folder = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
    (schema,) = (
        content
        for file in folder.glob("*.json")
        if TYPE in (text := file.read_text()) and (content := json.loads(text))["typeName"] == TYPE
    )
    assert {"/properties/NotificationsWithSubscribers", "/properties/Budget/BudgetName"} <= set(
        schema["createOnlyProperties"]
    )

    def name(amount: int, email: str) -> str:
        (resource,) = budgets(amount, email).values()
        return str(resource["Properties"]["Budget"]["BudgetName"])

    assert name(500, "a@example.com") == name(900, "a@example.com")
    assert name(500, "a@example.com") != name(500, "b@example.com")
