"""What the projects of an account set deploy to."""

from dataclasses import dataclass

from cdk_service_catalog.project.props import TargetStage


@dataclass(frozen=True, kw_only=True)
class ProjectTargets:
    """What projects deploy to.

    Attributes:
        stages: in the order of delivery, dev first; none: dev alone, as the stack knows it.
        deploys: types of resources that they deploy besides those of the products' deploy apps.
        serverless_endpoints: whether they may have serverless endpoints.
        package_index: where their builds install Python packages from; empty for the public index.
        mlflow: whether builds track runs in the MLflow App of dev.
    """

    stages: tuple[TargetStage, ...] = ()
    deploys: tuple[str, ...] = ()
    serverless_endpoints: bool = False
    package_index: str = ""
    mlflow: bool = False
