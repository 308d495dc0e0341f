"""What there is in an account and region: stacks, projects, and apps that people have running."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.config import PlatformConfig
from mlops_commons.contract import TagKey
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG

PROJECT_ID: Final = r"-p-[a-z0-9]+"
"""Stands in every name that belongs to a project: SageMaker's id of it."""
PROJECT_STACK: Final = re.compile(rf"{PROJECT_ID}-deploy-[A-Za-z][A-Za-z0-9-]+$")
"""The stacks that a project's deploy pipeline makes end so: in the name of a stage, which may have
hyphens and digits."""
LAUNCHED: Final = "SC-"
"""The beginning of a stack's name that Service Catalog has given."""
GONE: Final = "DELETE_COMPLETE"
RUNNING: Final = ("InService", "Pending")


@dataclass(frozen=True, kw_only=True)
class FoundStack:
    """A stack; `of_project` is true for what projects have deployed, not for what launched them.

    Attributes:
        app: what its tag `cdk-app` says; empty for a stack of somebody else.
    """

    name: str
    status: str
    of_project: bool
    app: str = ""


@dataclass(frozen=True, kw_only=True)
class FoundProject:
    """A launched product; `project` is empty where SageMaker has no project for it."""

    provisioned_product: str
    name: str
    project: str


@dataclass(frozen=True, kw_only=True)
class RunningApp:
    """What a person has running in Studio.

    Attributes:
        owner_option: of the AWS CLI, `--space-name` or `--user-profile-name`.
    """

    domain: str
    owner_option: str
    owner: str
    app_type: str
    name: str

    @property
    def path(self) -> str:
        """Where it is, as `domain/space or user/type/name`."""
        return f"{self.domain}/{self.owner}/{self.app_type}/{self.name}"

    @property
    def delete_command(self) -> str:
        """The command that stops it, without profile and region."""
        return (
            f"aws sagemaker delete-app --domain-id {self.domain} {self.owner_option} {self.owner} "
            f"--app-type {self.app_type} --app-name {self.name}"
        )


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """One account and region."""

    row: BootstrapRow
    stacks: tuple[FoundStack, ...]
    projects: tuple[FoundProject, ...]
    running: tuple[RunningApp, ...]


def places_of(config: PlatformConfig, stacks: Iterable[StackSummary]) -> tuple[BootstrapRow, ...]:
    """Every account and region with a stack, as rows of the bootstrap plan.

    Governance has more than the plan: pipelines keep buckets in the regions of their stages.
    """
    rows = {(row.account, row.region): row for row in bootstrap_plan(config)}
    for stack in stacks:
        place = (stack.account, stack.region)
        same = next((row for row in rows.values() if row.account == stack.account), None)
        if place not in rows and same:
            rows[place] = replace(same, region=stack.region)
    return tuple(rows.values())


def deployed(row: BootstrapRow, stacks: Iterable[StackSummary]) -> Inventory:
    """An account and region as if every template were deployed and nobody had begun to work."""
    here = (row.account, row.region)
    names = [stack.stack for stack in stacks if (stack.account, stack.region) == here]
    return Inventory(
        row=row,
        stacks=tuple(
            FoundStack(name=name, status="CREATE_COMPLETE", of_project=False)
            for name in dict.fromkeys(names)
        ),
        projects=(),
        running=(),
    )


def inventory(row: BootstrapRow, session: Any) -> Inventory:
    """Look at an account and region.

    Args:
        session: a boto3 session that is signed in there.

    Raises:
        ClientError: a call is refused.
    """
    return Inventory(
        row=row,
        stacks=tuple(_stacks(session.client("cloudformation"))),
        projects=tuple(_projects(session)),
        running=tuple(running_apps(session.client("sagemaker"))),
    )


def is_of_project(stack: str, tags: Mapping[str, str]) -> bool:
    """Whether a project has deployed a stack; the one that launched the project is none of them."""
    deployed = PROJECT_TAG in tags or bool(PROJECT_STACK.search(stack))
    return deployed and not stack.startswith(LAUNCHED)


def _stacks(cloudformation: Any) -> Iterator[FoundStack]:
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            name, status = stack["StackName"], stack["StackStatus"]
            if status == GONE:
                continue
            tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
            yield FoundStack(
                name=name,
                status=status,
                of_project=is_of_project(name, tags),
                app=tags.get(TagKey.APP, ""),
            )


def _projects(session: Any) -> Iterator[FoundProject]:
    """Every product that anybody in the account has launched, if it belongs to a project."""
    names = _sagemaker_projects(session.client("sagemaker"))
    catalog = session.client("servicecatalog")
    everybody = {"Key": "Account", "Value": "self"}
    pages = catalog.get_paginator("scan_provisioned_products").paginate(AccessLevelFilter=everybody)
    for page in pages:
        for product in page["ProvisionedProducts"]:
            found, name = product["Id"], product["Name"]
            if found in names or re.search(f"{PROJECT_ID}$", name):
                yield FoundProject(
                    provisioned_product=found, name=name, project=names.get(found, "")
                )


def _sagemaker_projects(sagemaker: Any) -> Mapping[str, str]:
    """The names of SageMaker's projects by the product that was launched for them."""
    names: dict[str, str] = {}
    answer = sagemaker.list_projects()
    while True:
        for summary in answer["ProjectSummaryList"]:
            if summary["ProjectStatus"] == "DeleteCompleted":
                continue
            name = summary["ProjectName"]
            details = sagemaker.describe_project(ProjectName=name)
            product = details.get("ServiceCatalogProvisionedProductDetails", {})
            names[product.get("ProvisionedProductId", "")] = name
        if not answer.get("NextToken"):
            return names
        answer = sagemaker.list_projects(NextToken=answer["NextToken"])


def running_apps(sagemaker: Any) -> Iterator[RunningApp]:
    """The apps of people that run or are about to, with a client of SageMaker."""
    for page in sagemaker.get_paginator("list_apps").paginate():
        for app in page["Apps"]:
            if app["Status"] in RUNNING:
                space = app.get("SpaceName")
                yield RunningApp(
                    domain=app["DomainId"],
                    owner_option="--space-name" if space else "--user-profile-name",
                    owner=space or app.get("UserProfileName", ""),
                    app_type=app["AppType"],
                    name=app["AppName"],
                )
