"""Whether IAM Identity Center is where a domain needs it."""

from collections.abc import Iterator
from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.stage import AuthMode


def look_at_identity_center(
    area: str, row: BootstrapRow, sso: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """A finding for each stage of the account whose people sign in by Identity Center.

    Source: SageMaker Developer Guide, "Custom setup for Amazon SageMaker AI": the domain and
    Identity Center have to be in the same Region.

    Args:
        sso: a client of SSO Admin in the stage's region.
    """
    stages = [
        stage.stage_name
        for deployment in config.enabled_deployments
        for stage in deployment.enabled_stages
        if (stage.account, stage.region) == (row.account, row.region)
        and (studio := config.studio(deployment.set_name, stage.stage_name))
        and studio.auth_mode is AuthMode.SSO
    ]
    if not stages:
        return
    named = ", ".join(stages)
    if sso.list_instances()["Instances"]:
        message = f"IAM Identity Center is in {row.region}, as Studio of {named} needs it"
        yield Finding(level=Level.OK, area=area, message=message)
        return
    yield Finding(
        level=Level.ERROR,
        area=area,
        message=f"Studio of {named} signs people in by IAM Identity Center, and this account sees "
        f"no instance of it in {row.region}",
        remedy="move the stage to the region of Identity Center, or set 'auth_mode: IAM' for it in "
        "cdk-infra-app.yml",
    )
