"""Everything of a project that an upgrade of its template must leave alone."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from mlops_rehearsal.acts.source_code import has_repository, tip
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World


@dataclass(frozen=True, kw_only=True)
class ProjectState:
    """A project at one moment.

    Attributes:
        version: the id of the product's version that it was launched with.
        template, parameters: digests of those of its stack.
        build, deploy: the newest commits of its repositories; empty where it has no such one.
    """

    provisioned_product: str
    version: str
    status: str
    stack: str
    template: str
    parameters: str
    build: str
    deploy: str

    def as_row(self) -> dict[str, str]:
        """Its fields, as evidence has them."""
        return asdict(self)

    def differences(self, other: "ProjectState") -> list[str]:
        """A line for each field that the other has otherwise."""
        theirs = other.as_row()
        return [
            f"  {name}: {value}, then {theirs[name]}"
            for name, value in self.as_row().items()
            if value != theirs[name]
        ]


def state_of(world: World, project: Project) -> ProjectState:
    """What Service Catalog, CloudFormation and CodeCommit tell of a project."""
    place = (project.dev.account, project.dev.region)
    catalog = world.administrator("servicecatalog", *place)
    stacks = world.administrator("cloudformation", *place)
    found = catalog.describe_provisioned_product(Name=project.full_name)
    detail = found["ProvisionedProductDetail"]
    stack = stacks.describe_stacks(StackName=_stack(detail))["Stacks"][0]
    template = stacks.get_template(StackName=stack["StackName"])["TemplateBody"]
    return ProjectState(
        provisioned_product=detail["Id"],
        version=detail["ProvisioningArtifactId"],
        status=detail["Status"],
        stack=f"{stack['StackName']} {stack['StackStatus']}",
        template=_digest(template),
        parameters=_digest(sorted(stack.get("Parameters", ()), key=str)),
        build=_commit(world, project, "build"),
        deploy=_commit(world, project, "deploy"),
    )


def _commit(world: World, project: Project, kind: str) -> str:
    return tip(world, project, kind)[:12] if has_repository(world, project, kind) else ""


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _stack(detail: Any) -> str:
    """Service Catalog names the stack of a provisioned product after the account and its id."""
    return f"SC-{detail['Arn'].split(':')[4]}-{detail['Id']}"
