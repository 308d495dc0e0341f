"""A picture as plain data: what there is, what belongs together, what leads where."""

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is; the value is the caption in the picture."""

    ACTION = "build"
    APPROVAL = "approval"
    BUCKET = "bucket"
    DEPLOYMENT = "deploy"
    ENDPOINT = "VPC endpoint"
    GATEWAY = "gateway"
    IMAGES = "image repository"
    PERSON = "people"
    PIPELINE = "pipeline"
    PORTFOLIO = "portfolio"
    PROJECT = "SageMaker project"
    REGISTRY = "model registry"
    REPOSITORY = "repository"
    ROLE = "IAM role"
    SECURITY_GROUP = "security group"
    SERVED = "in service"
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


@dataclass(frozen=True, kw_only=True)
class Group:
    """A frame around nodes: an account, a VPC, a stage of a pipeline.

    Attributes:
        parent: the key of the frame around this frame; empty for none.
        row: whether the frames in it stand side by side.
    """

    key: str
    title: str
    subtitle: str = ""
    parent: str = ""
    row: bool = False


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
    """One arrow between two keys; that of a frame stands for every node in it."""

    source: str
    target: str
    kind: EdgeKind = EdgeKind.FLOW
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """All of a picture; equal facts give equal graphs.

    Attributes:
        columns: the keys of the outermost frames of each lane, from left to right; without any,
            each frame is a lane.

    Raises:
        ValueError: a key is used twice, or an edge or a frame names a key that is not there.
    """

    title: str
    groups: tuple[Group, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        nodes = [node.key for node in self.nodes]
        groups = [group.key for group in self.groups]
        keys = nodes + groups
        twice = {key for key in keys if keys.count(key) > 1}
        ends = {end for edge in self.edges for end in (edge.source, edge.target)}
        ends |= {key for column in self.columns for key in column}
        frames = {node.group for node in self.nodes} | {group.parent for group in self.groups}
        missing = (ends - set(keys)) | (frames - {"", *groups})
        if twice or missing:
            wrong = f"used twice {sorted(twice)}, not there {sorted(missing)}"
            raise ValueError(f"'{self.title}': {wrong}")
