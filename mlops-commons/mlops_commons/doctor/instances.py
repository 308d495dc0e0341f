"""The machines that products start, which SageMaker counts by type and use.

AWS gives each account quotas of its own; those of machines with a GPU are 0 in most new ones, and
others may be (aws-samples/sagemaker-custom-project-templates issue 51). A quota is called as the
error of the call that it refuses says it: "The account-level service limit 'ml.g5.2xlarge for
training job usage' is 0 Instances".
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.contract import StageRole
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.product_instances import INSTEAD, ROWS, Instances, without_price
from mlops_commons.utilities.console import console

SERVICE: Final = "sagemaker"


def look_at_instances(area: str, row: BootstrapRow, quotas: Any) -> Iterator[Finding]:
    """Findings about the quotas of machines in an account where projects train or deploy.

    Args:
        quotas: a boto3 client of Service Quotas there.
    """
    roles = {use.role for use in row.uses if use.role}
    if not roles:
        return
    values = _values(quotas)
    wanted = [found for found in ROWS if found.everywhere or StageRole.DEV in roles]
    short = [found for found in wanted if _value(values, found) < found.count]
    for found in short:
        value, code = values.get(found.quota, (0, ""))
        request = (
            f"aws service-quotas request-service-quota-increase --service-code {SERVICE} "
            f"--quota-code {code} --desired-value {found.count} --region {row.region}"
        )
        page = f"{console(row.region)}/servicequotas/home/services/"
        yield Finding(
            level=Level.WARNING,
            area=area,
            message=f"a project of {' or '.join(found.products)} needs {found.count} of "
            f"'{found.quota}', the quota is {value}",
            remedy=request if code else f"ask for it at {page}{SERVICE}/quotas",
        )
    if not short:
        message = "the quotas of SageMaker's machines let a project of each product train and run"
        yield Finding(level=Level.OK, area=area, message=message)


def look_at_prices(config: PlatformConfig) -> Iterator[Finding]:
    """Findings about machines that a region of projects has no price for; it asks nobody."""
    for deployment in sets_with_projects(config):
        for stage in deployment.enabled_stages:
            for kind, products in without_price(stage).items():
                yield Finding(
                    level=Level.WARNING,
                    area="regions",
                    message=f"{stage.region} has no price for '{kind}', with which projects of "
                    f"{', '.join(products)} begin in stage '{stage.stage_name}' of set "
                    f"'{deployment.set_name}'",
                    remedy=INSTEAD,
                )


def _values(quotas: Any) -> Mapping[str, tuple[int, str]]:
    """Value and code by name: of what AWS has set for the account, else the default."""
    found: dict[str, tuple[int, str]] = {}
    for operation in ("list_aws_default_service_quotas", "list_service_quotas"):
        pages = quotas.get_paginator(operation).paginate(ServiceCode=SERVICE)
        for page in pages:
            for quota in page["Quotas"]:
                found[quota["QuotaName"]] = int(quota["Value"]), quota["QuotaCode"]
    return found


def _value(values: Mapping[str, tuple[int, str]], wanted: Instances) -> int:
    return values.get(wanted.quota, (0, ""))[0]
