"""What people read of a product in Service Catalog, as the configuration says it."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_servicecatalog as servicecatalog
from aws_cdk.assertions import Template

from cdk_service_catalog.portfolio.catalogue import CatalogueProduct
from cdk_service_catalog.project.definition import CatalogueEntry
from mlops_commons.stage import Portfolio

pytestmark = pytest.mark.construct


@pytest.mark.parametrize("address", ["ml@example.com", "ml_admins@acme.company", "ml@build.local"])
def test_any_address_that_the_configuration_takes_is_named_for_questions(address: str) -> None:
    """The construct of the CDK takes top-level domains of four letters at most."""
    stack = cdk.Stack(cdk.App(), "Stack")
    CatalogueProduct(
        stack,
        "Product",
        definition=CatalogueEntry(name="Basic", description="Trains.", version="1.0.0"),
        template=servicecatalog.CloudFormationTemplate.from_url("https://example.com/t.json"),
        portfolio=servicecatalog.Portfolio(
            stack, "Portfolio", display_name="Products", provider_name="Team"
        ),
        launch_role=iam.Role.from_role_arn(stack, "Role", f"arn:aws:iam::{'2' * 12}:role/launch"),
        support=Portfolio(support_email=address),
    )
    found = Template.from_stack(stack).find_resources("AWS::ServiceCatalog::CloudFormationProduct")
    (product,) = found.values()
    assert product["Properties"]["SupportEmail"] == address
