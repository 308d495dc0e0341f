"""The app: repositories and pipelines in the governance account, built from the configuration."""

from functools import partial
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.retention import removal_policy_of
from mlops_commons.delivered_application import delivered_application
from mlops_commons.stage import Deployment, PlatformConfig, Stage, unapproved_afterwards
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.shares import WHOLE, Share
from mlops_infra.core_stage import APP_DIRECTORY, CoreStage

INFRA: Final = DeliveredApp(
    name="infra", title="MLOps infra", directory=APP_DIRECTORY, content="Infrastructure"
)


def build_app(
    config: PlatformConfig,
    *,
    root: Path = REPOSITORY_ROOT,
    outdir: str | None = None,
    share: Share = WHOLE,
) -> cdk.App:
    """The whole app: for every enabled set a repository, a pipeline and the pipeline's stages.

    Args:
        config: the loaded configuration.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.
        share: the sets that this process makes; by default all.
    """
    return delivered_application(
        config, INFRA, partial(_delivered_stages, config), root=root, outdir=outdir, share=share
    )


def _delivered_stages(config: PlatformConfig, deployment: Deployment) -> list[DeliveredStage]:
    return [
        DeliveredStage(
            create=partial(_core_stage, config=config, deployment=deployment, stage=stage),
            manual_approval=stage.manual_approval,
            comment=unapproved_afterwards(deployment.enabled_stages, stage),
        )
        for stage in deployment.enabled_stages
    ]


def _core_stage(
    scope: Construct, *, config: PlatformConfig, deployment: Deployment, stage: Stage
) -> CoreStage:
    set_name = deployment.set_name
    # Without projects there is nobody whose pipelines come from dev.
    dev = deployment.dev if deployment.projects.enabled else None
    return CoreStage(
        scope,
        stage.stage_name,
        env=cdk.Environment(account=stage.account, region=stage.region),
        set_name=set_name,
        app_prefix=config.app_prefix,
        dev_account=dev.account if dev else "",
        tested_accounts=[other.account for other in deployment.enabled_stages],
        network=config.network(set_name, stage.stage_name),
        studio=config.studio(set_name, stage.stage_name),
        parameter_namespace=stage.parameter_namespace,
        removal_policy=removal_policy_of(stage.removal_policy),
        tags=stage.tags,
        budget=stage.budget,
        org=config.org,
        qualifier=stage.bootstrap.toolkit.qualifier,
        projects=deployment.projects,
    )
