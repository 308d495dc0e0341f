"""What the dev account of a set receives; the unit that any delivery mechanism can deploy."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from cdk_service_catalog.portfolio.props import ProjectTargets
from cdk_service_catalog.sm_service_catalog import SageMakerServiceCatalog
from mlops_commons.cdk.platform_stage import PlatformStage
from mlops_commons.cdk.retention import KEPT
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.stage import APP_PREFIX, Portfolio
from mlops_commons.utilities import names

APP_DIRECTORY = "mlops-sm-project-template"


class CoreStage(PlatformStage):
    """The portfolio's stack, usable in any CDK app with or without a pipeline.

    The construct id is the stage name, usually `dev`, and the beginning of the stack's name.
    Exposes `stack`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        set_name: str = "default",
        app_prefix: str = APP_PREFIX,
        portfolio: Portfolio | None = None,
        targets: ProjectTargets | None = None,
        parameter_namespace: str = "",
        removal_policy: cdk.RemovalPolicy = KEPT,
        tags: Mapping[str, str] | None = None,
        org: Organization = NO_ORGANIZATION,
        qualifier: str = "",
    ) -> None:
        """Create the stage.

        Args:
            env: account and region; both are needed, nothing is looked up.
            set_name: the account set, for names, tags and the description.
            app_prefix: the beginning of names that people see.
            portfolio: who may launch products and whom they name; by default the lead.
            targets: the stages that projects deploy to; by default this one alone.
            parameter_namespace: goes in front of the SSM parameters' names.
            removal_policy: of stateful resources, in the portfolio and in projects; by default
                they are kept.
            tags: go on every resource, next to `cdk-app`, set and stage.
            org: what the organization prescribes; by default nothing.
            qualifier: of the bootstrap of the account; by default that of the app.
        """
        super().__init__(
            scope,
            construct_id,
            env=env,
            app_name="template",
            app_prefix=app_prefix,
            set_name=set_name,
            tags=tags,
            org=org,
            qualifier=qualifier,
        )
        self.stack = SageMakerServiceCatalog(
            self,
            APP_DIRECTORY,
            stack_name=names.core_stack(construct_id, APP_DIRECTORY, parameter_namespace),
            description=f"MLOps templates: the Service Catalog portfolio of SageMaker project "
            f"templates of account set '{set_name}'",
            set_name=set_name,
            app_prefix=app_prefix,
            portfolio=portfolio or Portfolio(),
            stage_name=construct_id,
            targets=targets or ProjectTargets(),
            parameter_namespace=parameter_namespace,
            removal_policy=removal_policy,
            tags=self.resource_tags,
            org=org,
        )
