"""The machines that products start, which SageMaker counts by type and use.

AWS gives each account quotas of its own; those of machines with a GPU are 0 in most new ones, and
others may be (aws-samples/sagemaker-custom-project-templates issue 51). A quota is called as the
error of the call that it refuses says it: "The account-level service limit 'ml.g5.2xlarge for
training job usage' is 0 Instances".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.contract import StageRole
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.instance_types import regions_without
from mlops_commons.stage import Stage
from mlops_commons.utilities.console import console

TRAINING, PROCESSING = "training job usage", "processing job usage"
TRANSFORM, ENDPOINT = "transform job usage", "endpoint usage"
SERVICE: Final = "sagemaker"
FINE_TUNING: Final = ("genai_cv", "llm_finetune")
TABULAR: Final = ("basic", "batch_inference", "byoc")


@dataclass(frozen=True, kw_only=True)
class Instances:
    """How many machines of a type a product uses at once.

    Attributes:
        everywhere: in every stage, not where models are trained alone.
    """

    type: str
    use: str
    count: int
    products: tuple[str, ...]
    everywhere: bool = False

    @property
    def quota(self) -> str:
        """What Service Quotas calls it."""
        return f"{self.type} for {self.use}"


def _of(kind: str, use: str, count: int, *products: str, everywhere: bool = False) -> Instances:
    return Instances(type=kind, use=use, count=count, products=products, everywhere=everywhere)


ROWS: Final = (
    _of("ml.m5.xlarge", TRAINING, 1, *TABULAR),
    _of("ml.m5.xlarge", PROCESSING, 1, *TABULAR, *FINE_TUNING),
    _of("ml.m5.large", ENDPOINT, 2, "basic", "byoc", everywhere=True),
    _of("ml.m5.large", PROCESSING, 1, "basic", "byoc", "batch_inference", everywhere=True),
    _of("ml.m5.large", TRANSFORM, 1, "batch_inference", everywhere=True),
    _of("ml.g5.2xlarge", TRAINING, 1, *FINE_TUNING),
    _of("ml.g5.xlarge", PROCESSING, 1, *FINE_TUNING),
    _of("ml.g5.xlarge", ENDPOINT, 2, *FINE_TUNING, everywhere=True),
)
"""One project of each product; an endpoint has two, since a new version starts beside the old one
(SageMaker Developer Guide, "Blue/Green Deployments"). A test reads the seeds."""


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
            wanted = [row for row in ROWS if row.everywhere or stage.role is StageRole.DEV]
            for kind in dict.fromkeys(row.type for row in wanted):
                if regions_without(kind, (stage.region,)):
                    yield _without_price(deployment.set_name, stage, kind, wanted)


def _without_price(set_name: str, stage: Stage, kind: str, wanted: Sequence[Instances]) -> Finding:
    of_kind = [row for row in wanted if row.type == kind]
    products = dict.fromkeys(name for row in of_kind for name in row.products)
    return Finding(
        level=Level.WARNING,
        area="regions",
        message=f"{stage.region} has no price for '{kind}', with which projects of "
        f"{', '.join(products)} begin in stage '{stage.stage_name}' of set '{set_name}'",
        remedy="name another in project.yml of a project's build repository, and in "
        "config/defaults.yml of its deploy repository",
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
