"""The account map: accounts, stacks, pipelines, and whom the deploy roles let in."""

from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.assembly.templates import (
    AppTemplates,
    StackTemplate,
    Template,
    defaults,
    resources,
)
from mlops_commons.diagrams.actions import Action, pipeline_actions
from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.people import PEOPLE, add_people, stack_key
from mlops_commons.diagrams.values import text

PROJECT: Final = {"SageMakerProjectName": "<name>", "SageMakerProjectId": "<id>"}
"""What stands for a project that nobody has started yet."""
KINDS: Final = (
    ("AWS::CodePipeline::Pipeline", NodeKind.PIPELINE, "Name"),
    ("AWS::CodeCommit::Repository", NodeKind.REPOSITORY, "RepositoryName"),
    ("AWS::ServiceCatalog::Portfolio", NodeKind.PORTFOLIO, "DisplayName"),
)
"""The resource that makes a stack what it is, and the property with its name."""
HEADLINES: Final = (
    ("AWS::EC2::VPC", "{} VPC"),
    ("AWS::EC2::VPCEndpoint", "{} VPC endpoints"),
    ("AWS::SageMaker::Domain", "{} Studio domain"),
    ("AWS::SageMaker::UserProfile", "{} user profiles"),
    ("AWS::ServiceCatalog::CloudFormationProduct", "{} project templates"),
    ("AWS::SSM::Parameter", "{} SSM parameters"),
)
AFTER_APPROVAL: Final = "after approval"


def account_map(apps: Sequence[AppTemplates]) -> Graph:
    """Every account with its stacks, and every way into it from another account."""
    stacks = [stack for app in apps for stack in app.stacks]
    nodes = [_stack_node(stack) for stack in stacks]
    edges = list(_pushes(stacks))
    add_people(stacks, nodes, edges)
    for app in apps:
        for stack in app.stacks:
            for action in _pipeline_actions(stack.template, _variables(stack)):
                _deliver(stack_key(stack), action, nodes, edges)
            products = app.products_of(stack)
            if products:
                _add_projects(stack, products, nodes, edges)
    return Graph(
        title="Accounts, stacks and trust",
        groups=(PEOPLE, *_accounts(stacks)),
        nodes=tuple(dict.fromkeys(nodes)),
        edges=tuple(dict.fromkeys(edges)),
    )


def _accounts(stacks: Sequence[StackTemplate]) -> Iterator[Group]:
    summaries = [stack.summary for stack in stacks]
    for account in dict.fromkeys(summary.account for summary in summaries):
        here = [summary for summary in summaries if summary.account == account]
        regions = ", ".join(dict.fromkeys(summary.region for summary in here))
        yield Group(
            key=account,
            title=", ".join(dict.fromkeys(summary.role for summary in here)),
            subtitle=f"{account}  {regions}",
        )


def _stack_node(stack: StackTemplate) -> Node:
    kind, details = NodeKind.STACK, []
    for resource_type, its_kind, property_name in KINDS:
        for _, properties in stack.resources(resource_type):
            kind = its_kind
            details.append(text(properties[property_name], _variables(stack)))
    for resource_type, headline in HEADLINES:
        count = len(list(stack.resources(resource_type)))
        details += [headline.format(count)] * bool(count)
    return Node(
        key=stack_key(stack),
        kind=kind,
        title=stack.summary.stack,
        details=tuple(details),
        group=stack.summary.account,
    )


def _variables(stack: StackTemplate) -> dict[str, str]:
    return {
        **defaults(stack.template),
        "AWS::AccountId": stack.summary.account,
        "AWS::Region": stack.summary.region,
    }


def _pipeline_actions(template: Template, variables: dict[str, str]) -> Iterator[Action]:
    for _, pipeline in resources(template, "AWS::CodePipeline::Pipeline"):
        yield from pipeline_actions(pipeline, variables)


def _pushes(stacks: Sequence[StackTemplate]) -> Iterator[Edge]:
    """From each repository to the pipelines that read it."""
    repositories = {
        (stack.summary.account, properties["RepositoryName"]): stack_key(stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::CodeCommit::Repository")
    }
    for stack in stacks:
        for action in _pipeline_actions(stack.template, _variables(stack)):
            source = repositories.get((action.account, action.repository))
            if source:
                yield Edge(source=source, target=stack_key(stack), label="push")


def _deliver(source: str, action: Action, nodes: list[Node], edges: list[Edge]) -> None:
    """Add the way of a deploying action: into the account by its deploy role, then to the stack."""
    if not (action.role and action.deploys):
        return
    place = f"{action.account}/{action.region}"
    role = Node(
        key=f"{place}/{action.role}", kind=NodeKind.ROLE, title=action.role, group=action.account
    )
    label = AFTER_APPROVAL if action.approved else ""
    nodes.append(role)
    edges.append(Edge(source=source, target=role.key, kind=EdgeKind.TRUST, label=label))
    edges.append(Edge(source=role.key, target=f"{place}/{action.stack}"))


def _add_projects(
    stack: StackTemplate, products: Sequence[Template], nodes: list[Node], edges: list[Edge]
) -> None:
    """Add what a project of the portfolio brings: its pipelines deploy to every stage."""
    project = Node(
        key=f"{stack_key(stack)}/project",
        kind=NodeKind.PROJECT,
        title="a project of a template",
        details=("its own repositories, pipelines,", "model registry and buckets"),
        group=stack.summary.account,
    )
    nodes.append(project)
    edges.append(Edge(source=stack_key(stack), target=project.key, label="launch"))
    for product in products:
        variables = {**_variables(stack), **defaults(product), **PROJECT}
        for action in _pipeline_actions(product, variables):
            _deliver(project.key, action, nodes, edges)
            if action.deploys:
                nodes.append(_project_stack(action))


def _project_stack(action: Action) -> Node:
    return Node(
        key=f"{action.account}/{action.region}/{action.stack}",
        kind=NodeKind.STACK,
        title=action.stack,
        details=("one for each project",),
        group=action.account,
    )
