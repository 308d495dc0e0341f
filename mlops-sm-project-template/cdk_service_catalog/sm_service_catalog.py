"""The stack with the portfolio: every product, who may launch it, and what a launch may do."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_servicecatalog as servicecatalog
from constructs import Construct

from cdk_service_catalog.gate.functions import PURPOSES, GateFunctions
from cdk_service_catalog.portfolio.access import grant_access
from cdk_service_catalog.portfolio.assets import ProductAssets, name_owner
from cdk_service_catalog.portfolio.catalogue import CatalogueProduct
from cdk_service_catalog.portfolio.discovery import Product, discover
from cdk_service_catalog.portfolio.findings import acknowledge_copying
from cdk_service_catalog.portfolio.launch_role import LaunchRole, ProjectBoundary
from cdk_service_catalog.portfolio.product_templates import product_templates
from cdk_service_catalog.portfolio.props import ProjectTargets
from cdk_service_catalog.portfolio.publication import copy_to_bucket, published_template
from cdk_service_catalog.project.props import Gate, ProjectProps, TargetStage
from mlops_commons.cdk.retention import retention
from mlops_commons.contract import StageRole
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.organization import ACCOUNT, NO_ORGANIZATION, NO_PATH, Organization
from mlops_commons.stage import Portfolio
from mlops_commons.utilities import names


class SageMakerServiceCatalog(cdk.Stack):
    """One portfolio with every product of the folder `products`; exposes `portfolio`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        description: str,
        set_name: str,
        app_prefix: str,
        stage_name: str,
        portfolio: Portfolio,
        targets: ProjectTargets,
        parameter_namespace: str,
        removal_policy: cdk.RemovalPolicy,
        tags: Mapping[str, str],
        org: Organization = NO_ORGANIZATION,
        products: Sequence[Product] | None = None,
    ) -> None:
        """Create the stack.

        Args:
            stage_name: of this stage, which plays dev.
            tags: go on what projects hold; on the stack's own resources the stage puts them.
            org: what the organization prescribes.
            products: other than those in the folder `products`.
        """
        super().__init__(scope, construct_id, stack_name=stack_name, description=description)
        found = _shipped() if products is None else products
        stages = targets.stages or (
            TargetStage(
                name=stage_name.lower(),
                role=StageRole.DEV,
                account_id=self.account,
                namespace=parameter_namespace,
            ),
        )
        dev = stages[0].name
        assets = ProductAssets(
            self,
            "Assets",
            app_prefix=app_prefix,
            set_name=set_name,
            removal_policy=removal_policy,
        )
        GateFunctions(
            self,
            "Gate",
            app_prefix=app_prefix,
            set_name=set_name,
            settings={
                "bucket_prefix": names.project_bucket_prefix(app_prefix),
                "region": self.region,
                "accounts": {stage.name: stage.account_id for stage in stages},
                "namespaces": {s.name: s.namespace for s in stages if s.namespace},
                **({"dev": dev} if dev != StageRole.DEV else {}),
                "deploys": list(targets.deploys),
                "serverless_endpoints": targets.serverless_endpoints,
                "image_accounts": list(image_accounts_of(self.region)),
                **_access_logs(org, self.region),
                **_roles(org),
            },
            removal_policy=removal_policy,
        )
        launched = {key: tags[key] for key in org.required_tags if key in tags}
        boundary_name = names.project_boundary(app_prefix, set_name, self.region)
        props = ProjectProps(
            app_prefix=app_prefix,
            set_name=set_name,
            region=self.region,
            stages=stages,
            boundary=boundary_name,
            access_logs_bucket=assets.access_logs_name,
            retention=retention(removal_policy),
            gate=Gate(
                **{
                    purpose: names.gate_function(app_prefix, set_name, purpose, self.region)
                    for purpose in PURPOSES
                },
            ),
            package_index=targets.package_index,
            mlflow=targets.mlflow,
            org=org,
            required_tags=launched,
        )
        stage = cdk.Stage.of(self)
        assert stage is not None
        templates = product_templates(
            found,
            props,
            env=cdk.Environment(account=self.account, region=self.region),
            assets_bucket=assets.bucket_name,
            tags=tags,
            folder=Path(stage.asset_outdir),
        )
        contents = list(templates.contents.values())
        ProjectBoundary(
            self,
            "ProjectBoundary",
            props=props,
            templates=contents,
        )
        launch_role = LaunchRole(
            self,
            "LaunchRole",
            boundary_name=boundary_name,
            assets=assets,
            templates=contents,
        )
        self.portfolio = servicecatalog.Portfolio(
            self,
            "Portfolio",
            display_name=f"SageMaker project templates of {set_name}",
            provider_name=portfolio.provider_name,
            description="Projects that train, register and deploy a model across the accounts",
        )
        # A launch before the role's last policy is attached would fail half-way.
        self.portfolio.node.add_dependency(launch_role)
        grant_access(self.portfolio, portfolio, namespace=parameter_namespace)
        for product in found:
            CatalogueProduct(
                self,
                product.slug,
                definition=product.definition,
                template=published_template(self, product.slug, templates.contents[product.slug]),
                portfolio=self.portfolio,
                launch_role=launch_role.role,
                support=portfolio,
            )
        if launched:
            # Service Catalog puts the only value of an option on what people launch.
            self.portfolio.associate_tag_options(
                servicecatalog.TagOptions(
                    self,
                    "LaunchedTags",
                    allowed_values_for_tags={key: [value] for key, value in launched.items()},
                )
            )
        if templates.files:
            copy_to_bucket(assets.bucket, templates.files)
            name_owner(assets.bucket)
            acknowledge_copying(self, assets.bucket)


def _access_logs(org: Organization, region: str) -> dict[str, str]:
    """As the gate reads it: with `{account}` in the name, because each account has a bucket."""
    archive = org.access_logs
    return {"access_logs": archive.bucket_in(ACCOUNT, region)} if archive else {}


def _roles(org: Organization) -> dict[str, str]:
    """As the gate reads it: how the roles of projects are named."""
    roles = org.roles
    return {
        **({"role_path": roles.path} if roles.path != NO_PATH else {}),
        **({"role_name_prefix": roles.name_prefix} if roles.name_prefix else {}),
    }


@cache
def _shipped() -> Sequence[Product]:
    """The folder `products`, read once for all sets of an app."""
    return discover()
