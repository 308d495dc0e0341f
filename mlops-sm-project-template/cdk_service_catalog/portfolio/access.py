"""Who sees the portfolio's products and may launch them."""

import aws_cdk as cdk
from aws_cdk import aws_servicecatalog as servicecatalog

from mlops_commons.stage import Portfolio


def grant_access(portfolio: servicecatalog.Portfolio, access: Portfolio, *, namespace: str) -> None:
    """Give access to the roles of personas, which are read from the SSM contract, and to others.

    Args:
        namespace: goes in front of the parameters' names.
    """
    stack = cdk.Stack.of(portfolio)
    for persona in access.personas:
        title = "".join(word.capitalize() for word in persona.split("_"))
        parameter = cdk.CfnParameter(
            stack,
            f"{title}RoleArn",
            type="AWS::SSM::Parameter::Value<String>",
            default=persona.parameter.within(namespace),
            description=f"The role of the persona {persona}, which may launch products",
        )
        _grant(portfolio, f"{title}Role", parameter.value_as_string)
    for index, role_arn in enumerate(access.role_arns, start=1):
        account = role_arn.split(":")[4]
        # The list is of all sets; Service Catalog knows roles of its own account alone.
        if cdk.Token.is_unresolved(stack.account) or account == stack.account:
            _grant(portfolio, f"Role{index}", role_arn)


def _grant(portfolio: servicecatalog.Portfolio, construct_id: str, role_arn: str) -> None:
    servicecatalog.CfnPortfolioPrincipalAssociation(
        portfolio,
        construct_id,
        portfolio_id=portfolio.portfolio_id,
        principal_arn=role_arn,
        principal_type="IAM",
    )
