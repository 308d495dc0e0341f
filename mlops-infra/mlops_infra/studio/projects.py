"""SageMaker projects enabled for the roles of the domain."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from mlops_commons.cdk.called_function import CalledFunction
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions

RUNTIME_DIRECTORY: Final = Path(__file__).with_name("runtime") / "enable_projects"
STATEMENTS: Final = (
    Statement(
        sid="EnableProjects",
        actions=(
            *actions(
                "sagemaker",
                "EnableSagemakerServicecatalogPortfolio DisableSagemakerServicecatalogPortfolio "
                "GetSagemakerServicecatalogPortfolioStatus",
            ),
            "servicecatalog:ListAcceptedPortfolioShares",
        ),
        resources=("*",),
        reason=NO_RESOURCE_LEVEL,
    ),
    Statement(
        # SageMaker accepts and rejects the share in the name of whoever enables and disables.
        sid="SharePortfolio",
        actions=actions(
            "servicecatalog",
            "AcceptPortfolioShare RejectPortfolioShare AssociatePrincipalWithPortfolio "
            "DisassociatePrincipalFromPortfolio ListPrincipalsForPortfolio",
        ),
        resources=("arn:${AWS::Partition}:catalog:${AWS::Region}:*:portfolio/*",),
        reason="the portfolio belongs to an account of AWS and has no id before projects are "
        "enabled",
    ),
)


class SageMakerProjects(Construct):
    """The portfolio of SageMaker's project templates, visible to the given roles."""

    def __init__(
        self, scope: Construct, construct_id: str, *, role_arns: Sequence[str], key: kms.IKey
    ) -> None:
        """Create the custom resource.

        Args:
            role_arns: the roles that may see project templates in Studio.
            key: the key of the log groups.
        """
        super().__init__(scope, construct_id)
        called = CalledFunction(
            self,
            "Portfolio",
            code=RUNTIME_DIRECTORY,
            description="Enables the project templates of SageMaker for the roles of Studio",
            statements=[*STATEMENTS, _read_roles(role_arns)],
            key=key,
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::EnableSageMakerProjects",
            service_token=called.service_token,
            properties={"ExecutionRoles": list(role_arns)},
        )


def _read_roles(role_arns: Sequence[str]) -> Statement:
    """Service Catalog reads a role before it becomes a principal of a portfolio."""
    return Statement(sid="ReadThePrincipals", actions=("iam:GetRole",), resources=tuple(role_arns))
