"""The pictures of the repository: which there are, and what each is drawn from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from mlops_commons.assembly.templates import AppTemplates, StackTemplate
from mlops_commons.diagrams.account_map import account_map
from mlops_commons.diagrams.delivery_pipeline import delivery_pipeline
from mlops_commons.diagrams.graph import Graph
from mlops_commons.diagrams.network import network
from mlops_commons.diagrams.project_life import project_life

Apps = Mapping[str, AppTemplates]
"""The templates of each app that is here, by the app's command-line name."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One row.

    Attributes:
        apps: whose templates it needs; a repository without one of them leaves the picture out.
        draw: makes the graph of it.
    """

    file: PurePosixPath
    apps: frozenset[str]
    draw: Callable[[Apps], Graph]


def pictures(apps: Apps) -> dict[PurePosixPath, Graph]:
    """The graph of every picture that these apps suffice for."""
    return {row.file: row.draw(apps) for row in PICTURES if row.apps <= set(apps)}


def _accounts(apps: Apps) -> Graph:
    return account_map([apps["infra"], apps["template"]])


def _network(apps: Apps) -> Graph:
    """Of the first stage that has Studio, or of the first one."""
    stages = _with(apps["infra"], "AWS::EC2::SecurityGroup")
    with_studio = [stage for stage in stages if any(stage.resources("AWS::SageMaker::Domain"))]
    return network((with_studio or stages)[0])


def _pipeline(app: str) -> Callable[[Apps], Graph]:
    """The drawing of an app's first pipeline."""

    def draw(apps: Apps) -> Graph:
        stack = _with(apps[app], "AWS::CodePipeline::Pipeline")[0]
        return delivery_pipeline(stack, _roles(apps[app]))

    return draw


def _project(apps: Apps) -> Graph:
    """Of the first product, which most people start with."""
    app = apps["template"]
    stack = next(stack for stack in app.stacks if app.products_of(stack))
    product = app.products_of(stack)[0]
    return project_life(product, stack.summary.account, stack.summary.region)


def _with(app: AppTemplates, resource_type: str) -> list[StackTemplate]:
    return [stack for stack in app.stacks if any(stack.resources(resource_type))]


def _roles(app: AppTemplates) -> dict[str, str]:
    """What each account is; an account with two roles has the one of its first stack."""
    roles: dict[str, str] = {}
    for stack in app.stacks:
        roles.setdefault(stack.summary.account, stack.summary.role)
    return roles


INFRA: Final = frozenset({"infra"})
TEMPLATE: Final = frozenset({"template"})
PICTURES: Final = tuple(
    Picture(file=PurePosixPath(file), apps=apps, draw=draw)
    for file, apps, draw in (
        ("docs/diagrams/account-map.svg", INFRA | TEMPLATE, _accounts),
        ("mlops-infra/diagrams/network.svg", INFRA, _network),
        ("mlops-infra/diagrams/delivery-pipeline.svg", INFRA, _pipeline("infra")),
        (
            "mlops-sm-project-template/diagrams/delivery-pipeline.svg",
            TEMPLATE,
            _pipeline("template"),
        ),
        ("mlops-sm-project-template/diagrams/project.svg", TEMPLATE, _project),
    )
)
