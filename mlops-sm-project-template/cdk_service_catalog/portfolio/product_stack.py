"""The template of a product as a stack that Service Catalog launches."""

from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_servicecatalog as servicecatalog
from constructs import Construct

from cdk_service_catalog.portfolio.discovery import Product
from cdk_service_catalog.portfolio.findings import OF_PROJECTS
from cdk_service_catalog.project.access.roles import project_roles, wildcard_reasons
from cdk_service_catalog.project.props import ProjectProps, SeedLocation
from cdk_service_catalog.project.template import project_template
from mlops_commons.cdk.included_resources import IncludedTemplate
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.utilities.snapshot import Snapshot


class ProjectStack(servicecatalog.ProductStack):
    """Everything that a project of one product gets in the dev account."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        product: Product,
        props: ProjectProps,
        asset_bucket: s3.IBucket,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            asset_bucket=asset_bucket,
            description=product.definition.name,
            analytics_reporting=False,
        )
        template = project_template(
            product.definition,
            props,
            build_seed=_seed(self, "BuildSeed", product.build_seed),
            deploy_seed=_seed(self, "DeploySeed", product.deploy_seed),
        )
        included = IncludedTemplate(self, "Project", template)
        for role in project_roles(product.definition, props):
            reasons = wildcard_reasons(role)
            if reasons:
                acknowledge_each(included.get_resource(role.policy), reasons)
        acknowledge_each(included, OF_PROJECTS)
        for key in ("id", "name"):
            parameter = included.get_parameter(f"SageMakerProject{key.capitalize()}")
            cdk.Tags.of(self).add(f"sagemaker:project-{key}", parameter.value_as_string)


def _seed(scope: Construct, construct_id: str, content: Snapshot) -> SeedLocation:
    with TemporaryDirectory(prefix="mlops-seed-") as folder:
        content.write(Path(folder))
        asset = s3_assets.Asset(
            scope,
            construct_id,
            path=folder,
            asset_hash_type=cdk.AssetHashType.CUSTOM,
            asset_hash=content.digest(),
        )
    return SeedLocation(bucket=asset.s3_bucket_name, key=asset.s3_object_key)
