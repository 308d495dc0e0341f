"""A picture as plain data: what there is, what belongs together, what leads where."""

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is; the value is the caption in the picture."""

    ACTION = "build"
    APPROVAL = "manual approval"
    BUCKET = "bucket"
    DEPLOYMENT = "deploy"
    ENDPOINT = "VPC endpoint"
    GATEWAY = "gateway"
    IMAGES = "image repository"
    PIPELINE = "pipeline"
    PORTFOLIO = "portfolio"
    PROJECT = "SageMaker project"
    REGISTRY = "model registry"
    REPOSITORY = "CodeCommit repository"
    ROLE = "IAM role"
    SECURITY_GROUP = "security group"
    SOURCE = "source"
    STACK = "stack"
    STUDIO = "SageMaker Studio"
    SUBNET = "subnet"
    TEST = "test"
    TOPIC = "SNS topic"


class EdgeKind(StrEnum):
    """Why one node leads to another."""

    FLOW = "flow"
    TRUST = "trust"
    USE = "use"


class Direction(StrEnum):
    """Where the picture grows; the values are those of Graphviz's `rankdir`."""

    RIGHT = "LR"
    DOWN = "TB"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A frame around nodes: an account, a VPC, a stage of a pipeline.

    Attributes:
        parent: the key of the frame around this frame; empty for none.
        stacked: whether its nodes stand one below the other, across the picture's direction.
    """

    key: str
    title: str
    subtitle: str = ""
    parent: str = ""
    stacked: bool = False


@dataclass(frozen=True, kw_only=True)
class Node:
    """One box.

    Attributes:
        details: lines below the title.
        items: what a box of many equal things holds, shown as a grid.
        group: the key of the frame around the box; empty for none.
    """

    key: str
    kind: NodeKind
    title: str
    details: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One arrow between two keys; that of a frame stands for every node in it.

    Attributes:
        back: leads to what stands further left or in a row of its own, so it does not decide
            where its ends stand.
    """

    source: str
    target: str
    kind: EdgeKind = EdgeKind.FLOW
    label: str = ""
    back: bool = False


@dataclass(frozen=True, kw_only=True)
class Graph:
    """All of a picture; equal facts give equal graphs.

    Attributes:
        rows: keys of nodes that stand in one straight row, in the picture's direction.

    Raises:
        ValueError: a key is used twice, or an edge or a frame names a key that is not there.
    """

    title: str
    direction: Direction
    groups: tuple[Group, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        nodes = [node.key for node in self.nodes]
        groups = [group.key for group in self.groups]
        keys = nodes + groups
        twice = {key for key in keys if keys.count(key) > 1}
        ends = {end for edge in self.edges for end in (edge.source, edge.target)}
        ends |= {key for row in self.rows for key in row}
        frames = {node.group for node in self.nodes} | {group.parent for group in self.groups}
        missing = (ends - set(keys)) | (frames - {"", *groups})
        if twice or missing:
            wrong = f"used twice {sorted(twice)}, not there {sorted(missing)}"
            raise ValueError(f"'{self.title}': {wrong}")
