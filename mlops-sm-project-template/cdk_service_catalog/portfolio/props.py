"""What the projects of an account set deploy to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ProjectTargets:
    """What projects deploy to.

    Attributes:
        preprod_account, prod_account: empty where the set has no such stage; a project then names
            dev's account, and its pipeline ends before that stage, which has no roles there.
        deploys: types of resources that they deploy besides those of the products' deploy apps.
        serverless_endpoints: whether they may have serverless endpoints.
        package_index: where their builds install Python packages from; empty for the public index.
        mlflow: whether builds track runs in the MLflow App of dev.
        namespaces: of the stages' SSM parameters, by stage name; a stage without one is left out.
    """

    preprod_account: str = ""
    prod_account: str = ""
    deploys: tuple[str, ...] = ()
    serverless_endpoints: bool = False
    package_index: str = ""
    mlflow: bool = False
    namespaces: Mapping[str, str] = field(default_factory=dict)
