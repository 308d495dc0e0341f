"""The app: repositories and pipelines in the governance account, built from the configuration."""

from functools import partial
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from cdk_service_catalog.core_stage import APP_DIRECTORY, CoreStage
from cdk_service_catalog.portfolio.props import ProjectTargets
from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.retention import removal_policy_of
from mlops_commons.contract import DELIVERY_ORDER, StageName
from mlops_commons.delivered_application import delivered_application
from mlops_commons.stage import CreateNetwork, Deployment, EgressMode, PlatformConfig, Stage
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, REPOSITORY_ROOT

TEMPLATE: Final = DeliveredApp(
    name="template",
    title="MLOps templates",
    directory=APP_DIRECTORY,
    content="SageMaker project templates",
)


def build_app(
    config: PlatformConfig, *, root: Path = REPOSITORY_ROOT, outdir: str | None = None
) -> cdk.App:
    """The whole app: for every set with a dev stage a repository, a pipeline and the portfolio.

    Args:
        config: the loaded configuration.
        root: the checkout that the repositories are seeded with.
        outdir: the cloud assembly's folder; by default the CDK CLI's choice.

    Raises:
        PlatformError: the stages of a set are in more than one region, or its builds reach no
            package index.
    """
    return delivered_application(
        config, TEMPLATE, partial(_delivered_stages, config), root=root, outdir=outdir
    )


def _delivered_stages(config: PlatformConfig, deployment: Deployment) -> list[DeliveredStage]:
    dev = deployment.stage(StageName.DEV)
    if dev is None:
        return []
    _check_region(deployment, dev)
    _check_package_index(config, deployment, dev)
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
        targets=_targets(deployment),
        parameter_namespace=stage.parameter_namespace,
        removal_policy=removal_policy_of(stage.removal_policy),
        tags=stage.tags,
    )


def _targets(deployment: Deployment) -> ProjectTargets:
    stages = {name: deployment.stage(name) for name in DELIVERY_ORDER}
    preprod, prod = stages[StageName.PREPROD], stages[StageName.PROD]
    return ProjectTargets(
        preprod_account=preprod.account if preprod else "",
        prod_account=prod.account if prod else "",
        deploys=deployment.projects.deploys,
        package_index=deployment.projects.package_index,
        namespaces={
            str(name): stage.parameter_namespace
            for name, stage in stages.items()
            if stage and stage.parameter_namespace
        },
    )


def _check_region(deployment: Deployment, dev: Stage) -> None:
    """A version of a model, its image and its key serve one region only."""
    elsewhere = {
        f"{stage.stage_name} in {stage.region}"
        for name in DELIVERY_ORDER
        if (stage := deployment.stage(name)) and stage.region != dev.region
    }
    if elsewhere:
        raise PlatformError(
            f"projects of set '{deployment.set_name}' cannot deploy outside of dev's region "
            f"{dev.region}: {', '.join(sorted(elsewhere))}",
            hint=f"give dev, preprod and prod of this set one region in {CDK_APP_CONFIG}",
        )


def _check_package_index(config: PlatformConfig, deployment: Deployment, dev: Stage) -> None:
    """Builds run in dev's VPC and install packages; without NAT the public index is out of reach,
    and each would wait for it until it fails."""
    network = config.network(deployment.set_name, dev.stage_name)
    closed = isinstance(network, CreateNetwork) and network.egress is EgressMode.ENDPOINTS_ONLY
    if closed and not deployment.projects.package_index:
        raise PlatformError(
            f"with egress '{EgressMode.ENDPOINTS_ONLY}' in dev, the builds of projects of set "
            f"'{deployment.set_name}' reach no public package index",
            hint=f"name one that dev's VPC reaches in {CDK_APP_CONFIG}, projects.package_index: "
            f"https://..., or take egress '{EgressMode.NAT}' for dev in the infra app's file",
        )
