"""Whose roles a portfolio lets in: those of its own account, of a list that serves all sets."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_servicecatalog as servicecatalog
from aws_cdk.assertions import Template

from cdk_service_catalog.portfolio.access import grant_access
from mlops_commons.stage import Portfolio

pytestmark = pytest.mark.construct

HERE, THERE = (f"arn:aws:iam::{digit * 12}:role/{digit}" for digit in "23")


def let_in(account: str | None) -> list[str]:
    """The roles that a portfolio in an account lets in."""
    env = cdk.Environment(account=account, region="eu-west-1") if account else None
    stack = cdk.Stack(cdk.App(), "Stack", env=env)
    portfolio = servicecatalog.Portfolio(
        stack, "Portfolio", display_name="Products", provider_name="Team"
    )
    grant_access(portfolio, Portfolio(personas=(), role_arns=(HERE, THERE)), namespace="")
    found = Template.from_stack(stack).find_resources(
        "AWS::ServiceCatalog::PortfolioPrincipalAssociation"
    )
    return [resource["Properties"]["PrincipalARN"] for resource in found.values()]


def test_roles_of_another_account_are_left_to_its_portfolio() -> None:
    assert let_in("2" * 12) == [HERE]
    assert let_in("3" * 12) == [THERE]


def test_without_a_known_account_all_are_let_in() -> None:
    assert let_in(None) == [HERE, THERE]
