"""A budget of the account that a stage has: it tells, and stops nothing."""

import hashlib
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from constructs import Construct

from mlops_commons.stage import Budget

TOLD_OF: Final = (("ACTUAL", 80), ("FORECASTED", 100))
"""What is compared with the amount, and the per cent of it at which somebody is told."""
NAME: Final = 100
"""AWS Budgets API Reference, BudgetName: the most characters."""


class MonthlyBudget(Construct):
    """All costs of the account in a calendar month.

    The name ends in a digest of who is told of what: CloudFormation replaces a budget whose
    notifications change (`NotificationsWithSubscribers` is create-only), and the new one cannot
    have the name of the old one. Another amount changes the budget in place.
    """

    def __init__(self, scope: Construct, construct_id: str, *, budget: Budget) -> None:
        super().__init__(scope, construct_id)
        told = hashlib.sha256(repr((budget.email, TOLD_OF)).encode()).hexdigest()[:8]
        budgets.CfnBudget(
            self,
            "Budget",
            budget={
                "budgetName": f"{cdk.Stack.of(self).stack_name[: NAME - 9]}-{told}",
                "budgetType": "COST",
                "timeUnit": "MONTHLY",
                "budgetLimit": {"amount": budget.amount, "unit": "USD"},
            },
            notifications_with_subscribers=[
                {
                    "notification": {
                        "notificationType": kind,
                        "comparisonOperator": "GREATER_THAN",
                        "threshold": percent,
                        "thresholdType": "PERCENTAGE",
                    },
                    "subscribers": [{"subscriptionType": "EMAIL", "address": budget.email}],
                }
                for kind, percent in TOLD_OF
            ],
        )
