"""The app: repositories and pipelines in the governance account, built from the configuration."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from cdk_service_catalog.core_stage import APP_DIRECTORY, CoreStage
from cdk_service_catalog.portfolio.props import ProjectTargets
from cdk_service_catalog.project.props import TargetStage
from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.retention import removal_policy_of
from mlops_commons.config.projects_of_sets import obstacles, sets_with_projects
from mlops_commons.delivered_application import delivered_application
from mlops_commons.stage import Deployment, PlatformConfig, Stage
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.shares import WHOLE, Share

TEMPLATE: Final = DeliveredApp(
    name="template",
    title="MLOps templates",
    directory=APP_DIRECTORY,
    content="SageMaker project templates",
)


def build_app(
    config: PlatformConfig,
    *,
    root: Path = REPOSITORY_ROOT,
    outdir: str | None = None,
    share: Share = WHOLE,
) -> cdk.App:
    """The whole app: a repository, a pipeline and the portfolio for every set that can have them.

    Args:
        config: the loaded configuration.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.
        share: the sets that this process makes; by default all.

    Raises:
        PlatformError: no set can have projects, for the reasons that it names.
    """
    if share.number == 1:
        _check_some_projects(config)
    return delivered_application(
        config, TEMPLATE, partial(_delivered_stages, config), root=root, outdir=outdir, share=share
    )


def _check_some_projects(config: PlatformConfig) -> None:
    """Leave out sets that cannot have projects, and say so, but not every set."""
    wanted = [d for d in config.enabled_deployments if d.projects.enabled]
    if config.enabled_deployments and not wanted:
        raise PlatformError(
            "no set is to have projects: 'projects' has 'enabled: false' in cdk-app.yml",
            hint="there is nothing to do for this app; infra delivers all that these sets have",
        )
    found = {d.set_name: obstacles(config, d) for d in wanted}
    every = [obstacle for reasons in found.values() for obstacle in reasons]
    if every and all(found.values()):
        raise PlatformError("; ".join(obstacle.message for obstacle in every), hint=every[0].remedy)
    for obstacle in every:
        sys.stderr.write(f"warning: left out: {obstacle}\n")


def _delivered_stages(config: PlatformConfig, deployment: Deployment) -> list[DeliveredStage]:
    dev = deployment.dev
    if dev is None or deployment not in sets_with_projects(config):
        return []
    return [
        DeliveredStage(
            create=partial(_core_stage, config=config, deployment=deployment, stage=dev),
            manual_approval=dev.manual_approval,
        )
    ]


def _core_stage(
    scope: Construct, *, config: PlatformConfig, deployment: Deployment, stage: Stage
) -> CoreStage:
    return CoreStage(
        scope,
        stage.stage_name,
        env=cdk.Environment(account=stage.account, region=stage.region),
        set_name=deployment.set_name,
        app_prefix=config.app_prefix,
        portfolio=config.portfolio,
        targets=_targets(config, deployment),
        parameter_namespace=stage.parameter_namespace,
        removal_policy=removal_policy_of(stage.removal_policy),
        tags=stage.tags,
        org=config.org,
        qualifier=stage.bootstrap.toolkit.qualifier,
    )


def _targets(config: PlatformConfig, deployment: Deployment) -> ProjectTargets:
    return ProjectTargets(
        stages=tuple(
            TargetStage(
                name=stage.stage_name.lower(),
                role=stage.role,
                account_id=stage.account,
                namespace=stage.parameter_namespace,
            )
            for stage in deployment.enabled_stages
        ),
        deploys=deployment.projects.deploys,
        serverless_endpoints=deployment.projects.serverless_endpoints,
        package_index=config.package_index(deployment),
        mlflow=deployment.projects.mlflow,
    )
