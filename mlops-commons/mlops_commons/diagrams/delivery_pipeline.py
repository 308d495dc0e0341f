"""The flow of a pipeline: its stages and actions, approvals, accounts and regions."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from mlops_commons.assembly.templates import StackTemplate, defaults
from mlops_commons.diagrams.actions import Action, pipeline_actions
from mlops_commons.diagrams.graph import Edge, Graph, Group, Node, NodeKind

KINDS: Final = {
    "Approval": NodeKind.APPROVAL,
    "Build": NodeKind.ACTION,
    "Deploy": NodeKind.DEPLOYMENT,
    # Functions look at what goes on.
    "Invoke": NodeKind.TEST,
    "Source": NodeKind.SOURCE,
    "Test": NodeKind.TEST,
}
"""The kind of a node by the category of its action."""


def delivery_pipeline(stack: StackTemplate, roles: Mapping[str, str]) -> Graph:
    """The pipeline of a stack, stage by stage.

    Args:
        roles: what an account is, such as `dev`, by its id.

    Raises:
        ValueError: the stack has no pipeline, or more than one.
    """
    variables = {
        **defaults(stack.template),
        "AWS::AccountId": stack.summary.account,
        "AWS::Region": stack.summary.region,
    }
    ((_, pipeline),) = stack.resources("AWS::CodePipeline::Pipeline")
    found = list(pipeline_actions(pipeline, variables))
    return Graph(
        title=f"Pipeline {pipeline['Name']}",
        groups=stages(found),
        nodes=tuple(action_node(action, roles) for action in found),
        edges=order(found),
    )


def stages(found: Sequence[Action], prefix: str = "", parent: str = "") -> tuple[Group, ...]:
    """A frame for each stage of the actions."""
    names = dict.fromkeys(action.stage for action in found)
    return tuple(Group(key=f"{prefix}{name}", title=name, parent=parent) for name in names)


def action_node(action: Action, roles: Mapping[str, str], prefix: str = "") -> Node:
    """The box of an action: what it changes, and in which account and region."""
    place = f"{roles.get(action.account, '')} {action.account}".strip()
    where = () if action.category == "Approval" else (place, action.region)
    what = action.stack or action.repository
    return Node(
        key=action_key(action, prefix),
        kind=KINDS[action.category],
        title=action.name,
        details=(*([what] if what not in ("", action.name) else []), *where),
        group=f"{prefix}{action.stage}",
    )


def action_key(action: Action, prefix: str = "") -> str:
    """The key of an action's node."""
    return f"{prefix}{action.stage}/{action.name}"


def order(found: Sequence[Action], prefix: str = "") -> tuple[Edge, ...]:
    """From each action to the one that runs after it."""
    return tuple(
        Edge(
            source=action_key(first, prefix),
            target=action_key(second, prefix),
        )
        for first, second in pairwise(found)
    )
