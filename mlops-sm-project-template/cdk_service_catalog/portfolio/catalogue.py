"""A product in the portfolio, as Studio shows it."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_servicecatalog as servicecatalog
from constructs import Construct

from cdk_service_catalog.project.definition import CatalogueEntry
from mlops_commons.stage import Portfolio

VISIBLE_IN_STUDIO = "sagemaker:studio-visibility"
"""SageMaker Developer Guide, "Create Custom Project Templates"."""


class CatalogueProduct(Construct):
    """One product with its current version, launched with the launch role only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        definition: CatalogueEntry,
        template: servicecatalog.CloudFormationTemplate,
        portfolio: servicecatalog.Portfolio,
        launch_role: iam.IRole,
        support: Portfolio,
    ) -> None:
        super().__init__(scope, construct_id)
        catalogued = servicecatalog.CloudFormationProduct(
            self,
            "Product",
            product_name=definition.name,
            description=definition.description,
            owner=support.provider_name,
            support_url=support.support_url,
            support_description="Questions about this template go to the platform team",
            product_versions=[
                servicecatalog.CloudFormationProductVersion(
                    product_version_name=definition.version,
                    cloud_formation_template=template,
                )
            ],
        )
        # Not by the construct, which takes top-level domains of four letters at most.
        made = cast(servicecatalog.CfnCloudFormationProduct, catalogued.node.default_child)
        made.support_email = support.support_email
        cdk.Tags.of(catalogued).add(VISIBLE_IN_STUDIO, "true")
        _offer(self, catalogued, portfolio, launch_role)


def _offer(
    scope: Construct,
    product: servicecatalog.CloudFormationProduct,
    portfolio: servicecatalog.Portfolio,
    launch_role: iam.IRole,
) -> None:
    """Put the product into the portfolio, to be launched with the launch role.

    Not by `portfolio.add_product`, whose logical ids change with the app around the stage.
    """
    ids = {"portfolio_id": portfolio.portfolio_id, "product_id": product.product_id}
    association = servicecatalog.CfnPortfolioProductAssociation(scope, "Offer", **ids)
    constraint = servicecatalog.CfnLaunchRoleConstraint(
        scope, "LaunchRoleConstraint", role_arn=launch_role.role_arn, **ids
    )
    constraint.add_resource_dependency(association)
