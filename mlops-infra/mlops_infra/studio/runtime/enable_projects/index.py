"""Custom resource: SageMaker's project templates, visible to the roles in `ExecutionRoles`."""

import time

import boto3

PROVIDER = "Amazon SageMaker"
"""How the provider's name begins: the service is called Amazon SageMaker AI since December 2024."""
ENABLED_HERE = "portfolio-enabled-here"
ENABLED_BEFORE = "portfolio-was-enabled"
ATTEMPTS = 10
SECONDS_BETWEEN = 3


def handler(event, _context):
    """Answer the Provider framework; what goes wrong is raised, and the framework reports it."""
    return handle(event, boto3.client("sagemaker"), boto3.client("servicecatalog"))


def handle(event, sagemaker, catalog, pause=time.sleep):
    """Make the portfolio's principals those that are wanted, or none on Delete.

    The physical id says whether this resource has enabled the portfolio: only then does Delete
    disable it again, and not while another stage of the account, or somebody else, uses it.
    """
    wanted = set(event["ResourceProperties"]["ExecutionRoles"])
    if event["RequestType"] == "Create":
        return create(wanted, sagemaker, catalog, pause)
    physical_id = event["PhysicalResourceId"]
    if event["RequestType"] == "Delete":
        remove(physical_id, wanted, sagemaker, catalog)
        return {"PhysicalResourceId": physical_id}
    before = set(event.get("OldResourceProperties", {}).get("ExecutionRoles", []))
    sagemaker.enable_sagemaker_servicecatalog_portfolio()
    portfolio = associate(catalog, wanted, pause)
    disassociate(catalog, portfolio, before - wanted)
    return {"PhysicalResourceId": physical_id, "Data": {"PortfolioId": portfolio}}


def create(wanted, sagemaker, catalog, pause):
    """Enable the portfolio for the roles, or leave everything as it was."""
    status = sagemaker.get_sagemaker_servicecatalog_portfolio_status().get("Status")
    physical_id = ENABLED_BEFORE if status == "Enabled" else ENABLED_HERE
    sagemaker.enable_sagemaker_servicecatalog_portfolio()
    try:
        portfolio = associate(catalog, wanted, pause)
    except Exception:
        # The framework sends no Delete for what it failed to create.
        remove(physical_id, wanted, sagemaker, catalog)
        raise
    return {"PhysicalResourceId": physical_id, "Data": {"PortfolioId": portfolio}}


def remove(physical_id, roles, sagemaker, catalog):
    """Undo what was done here; what is gone already is fine."""
    portfolio = find_portfolio(catalog)
    if portfolio:
        disassociate(catalog, portfolio, roles)
    if physical_id == ENABLED_HERE and not (portfolio and has_principals(catalog, portfolio)):
        sagemaker.disable_sagemaker_servicecatalog_portfolio()


def associate(catalog, roles, pause):
    """Make the roles principals of the portfolio, and answer with its id."""
    portfolio = wait_for_portfolio(catalog, pause)
    for role in sorted(roles):
        catalog.associate_principal_with_portfolio(
            PortfolioId=portfolio, PrincipalARN=role, PrincipalType="IAM"
        )
    return portfolio


def disassociate(catalog, portfolio, roles):
    """Remove principals, also when one of them is gone already."""
    for role in sorted(roles):
        try:
            catalog.disassociate_principal_from_portfolio(
                PortfolioId=portfolio, PrincipalARN=role, PrincipalType="IAM"
            )
        except catalog.exceptions.ResourceNotFoundException:
            continue


def has_principals(catalog, portfolio):
    """Whether anybody sees the portfolio; the switch is the account's, not this stack's."""
    pages = catalog.get_paginator("list_principals_for_portfolio").paginate(PortfolioId=portfolio)
    return any(page["Principals"] for page in pages)


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
        f"{(ATTEMPTS - 1) * SECONDS_BETWEEN} seconds; is SageMaker Projects available in this "
        "region?"
    )


def find_portfolio(catalog):
    """The id of SageMaker's portfolio over all pages of the accepted shares, or None."""
    for page in catalog.get_paginator("list_accepted_portfolio_shares").paginate():
        for portfolio in page["PortfolioDetails"]:
            if portfolio["ProviderName"].startswith(PROVIDER):
                return portfolio["Id"]
    return None
