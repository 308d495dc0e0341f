"""Who works with the platform, and where each enters: read from roles, repositories and Studio."""

from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.contract import Persona
from mlops_commons.diagrams.graph import Edge, Group, Node, NodeKind
from mlops_commons.diagrams.values import text

PEOPLE: Final = Group(key="people", title="People")
PLATFORM: Final = Node(
    key="people/platform",
    kind=NodeKind.PERSON,
    title="Platform team",
    details=("changes the platform by pushes or pull requests, and approves deliveries",),
    group=PEOPLE.key,
)


def add_people(stacks: Sequence[StackTemplate], nodes: list[Node], edges: list[Edge]) -> None:
    """Add the platform team, the personas that have roles, and Studio, by which they come in."""
    having = [s for s in stacks if any(s.resources("AWS::CodeCommit::Repository"))]
    repositories = [stack_key(stack) for stack in having]
    if repositories:
        nodes.insert(0, PLATFORM)
        edges += [Edge(source=PLATFORM.key, target=end, label="push") for end in repositories]
    for stack in stacks:
        for _, domain in stack.resources("AWS::SageMaker::Domain"):
            users = len(list(stack.resources("AWS::SageMaker::UserProfile")))
            studio = Node(
                key=f"{stack_key(stack)}/studio",
                kind=NodeKind.STUDIO,
                title=text(domain["DomainName"], {}),
                details=(f"{users} user profile{'s' * (users != 1)}",),
                group=stack.summary.account,
            )
            nodes.insert(0, studio)
            person = Node(
                key="people/personas",
                kind=NodeKind.PERSON,
                title="People in Studio",
                details=tuple(_personas(stack)),
                group=PEOPLE.key,
            )
            if person not in nodes:
                nodes.append(person)
            edges.append(Edge(source=person.key, target=studio.key, label="open Studio"))


def _personas(stack: StackTemplate) -> Iterator[str]:
    """Those whose role a parameter of the stack names."""
    names = [text(row["Name"], {}) for _, row in stack.resources("AWS::SSM::Parameter")]
    for persona in Persona:
        known = any(name.endswith(persona.parameter.value) for name in names)
        if known and persona is not Persona.EXECUTION:  # that is of jobs
            yield persona.value.replace("_", " ")


def stack_key(stack: StackTemplate) -> str:
    """The key of a stack's box."""
    summary = stack.summary
    return f"{summary.account}/{summary.region}/{summary.stack}"
