"""What the dev account of a set receives; the unit that any delivery mechanism can deploy."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from cdk_service_catalog.portfolio.props import ProjectTargets
from cdk_service_catalog.sm_service_catalog import SageMakerServiceCatalog
from mlops_commons.cdk.platform_app import FEATURE_FLAGS
from mlops_commons.cdk.retention import KEPT
from mlops_commons.contract import TagKey
from mlops_commons.stage import Portfolio
from mlops_commons.utilities import names

APP_DIRECTORY = "mlops-sm-project-template"


class CoreStage(cdk.Stage):
    """The portfolio's stack, usable in any CDK app with or without a pipeline.

    The construct id is the stage name, as a rule `dev`, and the beginning of the stack's name.
    Exposes `stack`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        set_name: str = "default",
        app_prefix: str = "mlops",
        portfolio: Portfolio | None = None,
        targets: ProjectTargets | None = None,
        parameter_namespace: str = "",
        removal_policy: cdk.RemovalPolicy = KEPT,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Create the stage.

        Args:
            env: account and region; both are needed, nothing is looked up.
            set_name: the account set, for names, tags and the description.
            app_prefix: the beginning of names that people see.
            portfolio: who may launch products and whom they name; by default the lead.
            targets: the accounts that a project proposes for preprod and prod; by default none.
            parameter_namespace: goes in front of the SSM parameters' names.
            removal_policy: of what holds data, in the portfolio and in projects (DESIGN
                decision 18).
            tags: go on every resource, next to `cdk-app`, set and stage.
        """
        super().__init__(scope, construct_id, env=env)
        # An app of somebody else has other flags, with which buckets could not be made.
        for flag, value in FEATURE_FLAGS.items():
            self.node.set_context(flag, value)
        self.stack = SageMakerServiceCatalog(
            self,
            APP_DIRECTORY,
            stack_name=names.core_stack(construct_id, APP_DIRECTORY, parameter_namespace),
            description=f"MLOps templates: the Service Catalog portfolio of SageMaker project "
            f"templates of account set '{set_name}'",
            set_name=set_name,
            app_prefix=app_prefix,
            portfolio=portfolio or Portfolio(),
            targets=targets or ProjectTargets(),
            parameter_namespace=parameter_namespace,
            removal_policy=removal_policy,
        )
        own: dict[str, str] = {
            TagKey.APP: names.application(app_prefix, "template"),
            TagKey.SET: set_name,
            TagKey.STAGE: construct_id,
        }
        # Tags of the app or of the pipeline's stack stop at a Stage, so they are put on here.
        for key, value in {**(tags or {}), **own}.items():
            cdk.Tags.of(self).add(key, value)
