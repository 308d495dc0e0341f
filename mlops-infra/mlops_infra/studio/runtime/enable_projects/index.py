"""Custom resource: SageMaker's project templates, visible to the roles in `ExecutionRoles`."""

import time

import boto3

PROVIDER = "Amazon SageMaker"
ATTEMPTS = 10
SECONDS_BETWEEN = 3


def handler(event, _context):
    """Answer the Provider framework; what goes wrong is raised, and the framework reports it."""
    return handle(event, boto3.client("sagemaker"), boto3.client("servicecatalog"))


def handle(event, sagemaker, catalog, pause=time.sleep):
    """Make the portfolio's principals those that are wanted, or none on Delete.

    The physical id says whether this resource has enabled the portfolio: only then does Delete
    disable it again.
    """
    wanted = set(event["ResourceProperties"]["ExecutionRoles"])
    if event["RequestType"] == "Create":
        physical_id = enable(sagemaker)
        before = set()
    else:
        physical_id = event["PhysicalResourceId"]
        before = set(event.get("OldResourceProperties", {}).get("ExecutionRoles", []))
    if event["RequestType"] == "Delete":
        delete(physical_id, wanted, sagemaker, catalog)
        return {"PhysicalResourceId": physical_id}
    portfolio = wait_for_portfolio(catalog, pause)
    for role in sorted(wanted):
        catalog.associate_principal_with_portfolio(
            PortfolioId=portfolio, PrincipalARN=role, PrincipalType="IAM"
        )
    disassociate(catalog, portfolio, before - wanted)
    return {"PhysicalResourceId": physical_id, "Data": {"PortfolioId": portfolio}}


def enable(sagemaker):
    """Enable the portfolio; the answer is the physical id."""
    if sagemaker.get_sagemaker_servicecatalog_portfolio_status().get("Status") == "Enabled":
        return "portfolio-was-enabled"
    sagemaker.enable_sagemaker_servicecatalog_portfolio()
    return "portfolio-enabled-here"


def delete(physical_id, roles, sagemaker, catalog):
    """Undo what was done here; what is gone already is fine."""
    portfolio = find_portfolio(catalog)
    if portfolio:
        disassociate(catalog, portfolio, roles)
    if physical_id == "portfolio-enabled-here":
        sagemaker.disable_sagemaker_servicecatalog_portfolio()


def disassociate(catalog, portfolio, roles):
    """Remove principals; removing one that is not there is no error of the API."""
    for role in sorted(roles):
        catalog.disassociate_principal_from_portfolio(
            PortfolioId=portfolio, PrincipalARN=role, PrincipalType="IAM"
        )


def wait_for_portfolio(catalog, pause):
    """The id of SageMaker's portfolio, which appears some seconds after it was enabled."""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(SECONDS_BETWEEN)
        portfolio = find_portfolio(catalog)
        if portfolio:
            return portfolio
    raise RuntimeError(
        f"no portfolio of '{PROVIDER}' among the accepted portfolio shares after "
        f"{ATTEMPTS * SECONDS_BETWEEN} seconds; is SageMaker Projects available in this region?"
    )


def find_portfolio(catalog):
    """The id of SageMaker's portfolio over all pages of the accepted shares, or None."""
    pages = catalog.get_paginator("list_accepted_portfolio_shares").paginate(
        PortfolioShareType="AWS_SERVICECATALOG"
    )
    for page in pages:
        for portfolio in page["PortfolioDetails"]:
            if portfolio["ProviderName"] == PROVIDER:
                return portfolio["Id"]
    return None
