"""One account and region of a fleet: its stacks, its bootstrap, its projects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mlops_commons.accounts.account_policies import Assemblies, account_policy
from mlops_commons.accounts.bootstrap_changes import bootstrap_changes
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.bootstrap_record import read_record
from mlops_commons.accounts.platform_stacks import is_of_the_platform
from mlops_commons.ai_controls.findings import ACKNOWLEDGED
from mlops_commons.config import PlatformConfig
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.fleet.rows import UNCOMPARED, Acknowledgement, Bootstrapped, Project
from mlops_commons.utilities.errors import PlatformError

NAME_TAG: Final = "sagemaker:project-name"
LAUNCHED: Final = "SC-"
"""How Service Catalog names the stacks of what it launches."""
NOT_CHECKED: Final = "NOT_CHECKED"
UNTIL: Final = re.compile(r"\buntil (\d{4}-\d{2}-\d{2})\b")
SOON: Final = 60
"""Days before its end in which an acknowledgement is told."""

Stack = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What was read in an account and region.

    Attributes:
        stacks: by their names, as DescribeStacks tells of them.
        unknown: why nothing was read; empty elsewhere.
    """

    bootstrap: Bootstrapped
    stacks: Mapping[str, Stack]
    projects: tuple[Project, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    unknown: str = ""


def unreachable(row: BootstrapRow, reason: str) -> Account:
    """An account that cannot be looked at."""
    return Account(bootstrap=_bootstrapped(row, unknown=reason), stacks={}, unknown=reason)


def read_account(
    config: PlatformConfig,
    row: BootstrapRow,
    session: Any,
    assemblies: Assemblies | None,
    today: date,
) -> Account:
    """Look at an account and region; every call only reads.

    Args:
        session: a boto3 session there.
        assemblies: what both apps would deploy; None where that is not synthesised as it is now.

    Raises:
        PlatformError, BotoCoreError, ClientError: something may not be read.
    """
    cloudformation = session.client("cloudformation")
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    stacks = {stack["StackName"]: stack for page in pages for stack in page["Stacks"]}
    return Account(
        bootstrap=_bootstrap(config, row, session, assemblies),
        stacks=stacks,
        projects=(*_launched(row, session, stacks), *_deployed(row, stacks)),
        acknowledgements=tuple(_acknowledged(config, row, cloudformation, stacks, today)),
    )


def drift_of(stack: Stack) -> str:
    """What the last detection of drift has found (API_StackDriftInformation)."""
    return str(stack.get("DriftInformation", {}).get("StackDriftStatus", NOT_CHECKED))


def _bootstrapped(row: BootstrapRow, **known: Any) -> Bootstrapped:
    uses = ", ".join(map(str, row.uses))
    return Bootstrapped(account=row.account, region=row.region, uses=uses, **known)


def _bootstrap(
    config: PlatformConfig, row: BootstrapRow, session: Any, assemblies: Assemblies | None
) -> Bootstrapped:
    try:
        return _compared(config, row, session, assemblies)
    except PlatformError as error:
        return _bootstrapped(row, unknown=error.message)


def _compared(
    config: PlatformConfig, row: BootstrapRow, session: Any, assemblies: Assemblies | None
) -> Bootstrapped:
    record = read_record(session.client("cloudformation"), row.toolkit)
    if assemblies is None and row.policy_source is PolicySource.GENERATED and record is not None:
        return _bootstrapped(row, unknown=UNCOMPARED)
    if record is None:
        return _bootstrapped(row, lacks="is not bootstrapped", blocks=True)
    policy = account_policy(row, assemblies or {}, app_prefix=config.app_prefix)
    changes = tuple(bootstrap_changes(policy, record, session.client("iam")))
    return _bootstrapped(
        row,
        lacks="; ".join(change.message for change in changes),
        blocks=any(change.blocks for change in changes),
    )


def _launched(row: BootstrapRow, session: Any, stacks: Mapping[str, Stack]) -> Iterator[Project]:
    """What people have launched, with the version of its product; or why that is not known."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not any(use.set_name for use in row.uses):
        return
    ids = {stack["StackId"]: stack for stack in stacks.values()}
    try:
        for product in _provisioned(session.client("servicecatalog")):
            yield Project(
                **_of(row),
                name=product["Name"],
                product=product.get("ProductName", ""),
                version=product.get("ProvisioningArtifactName", ""),
                status=product["Status"],
                drift=drift_of(ids.get(product.get("PhysicalId", ""), {})),
            )
    except (BotoCoreError, ClientError) as error:
        yield Project(**_of(row), name="", unknown=f"projects cannot be read: {error}")


def _provisioned(catalog: Any) -> Iterator[Mapping[str, Any]]:
    """Everybody's provisioned products; botocore has no paginator of SearchProvisionedProducts."""
    request: dict[str, Any] = {"AccessLevelFilter": {"Key": "Account", "Value": "self"}}
    while True:
        page = catalog.search_provisioned_products(**request)
        yield from page["ProvisionedProducts"]
        if not page.get("NextPageToken"):
            return
        request["PageToken"] = page["NextPageToken"]


def _deployed(row: BootstrapRow, stacks: Mapping[str, Stack]) -> Iterator[Project]:
    """What pipelines of projects have deployed into a stage."""
    for name, stack in stacks.items():
        tags = _tags(stack)
        if PROJECT_TAG in tags and not name.startswith(LAUNCHED):
            yield Project(
                **_of(row),
                name=f"{tags.get(NAME_TAG, '')} {name}".strip(),
                status=stack["StackStatus"],
                drift=drift_of(stack),
            )


def _acknowledged(
    config: PlatformConfig,
    row: BootstrapRow,
    cloudformation: Any,
    stacks: Mapping[str, Stack],
    today: date,
) -> Iterator[Acknowledgement]:
    """What ends soon, in the templates of the platform and of projects."""
    for name, stack in stacks.items():
        if not (is_of_the_platform(stack, config.app_prefix) or PROJECT_TAG in _tags(stack)):
            continue
        template = cloudformation.get_template(StackName=name)["TemplateBody"]
        if not isinstance(template, Mapping):
            continue  # YAML comes as text; the CDK writes JSON
        for resource, properties in template.get("Resources", {}).items():
            reasons = properties.get("Metadata", {}).get(ACKNOWLEDGED, {})
            for control, reason in reasons.items():
                until = _until(reason)
                if until and (until - today).days <= SOON:
                    yield Acknowledgement(
                        **_of(row),
                        stack=name,
                        resource=resource,
                        control=control,
                        until=until,
                        days=(until - today).days,
                    )


def _until(reason: str) -> date | None:
    found = UNTIL.search(reason)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:  # such as 2027-02-30
        return None


def _of(row: BootstrapRow) -> dict[str, str]:
    """The set and stage of an account; the first where several share it."""
    use = next((use for use in row.uses if use.set_name), row.uses[0])
    return {"set_name": use.set_name, "stage": use.stage_name}


def _tags(stack: Stack) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
