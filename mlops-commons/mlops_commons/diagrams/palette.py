"""Colours and symbols of pictures, by day and by night, and their legend's words."""

from collections.abc import Mapping
from typing import Final

from mlops_commons.diagrams.graph import EdgeKind, NodeKind

FONTS: Final = "Helvetica,Arial,'DejaVu Sans',sans-serif"
COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "page": ("#ffffff", "#0d1117"),
    "ink": ("#1f2933", "#e6edf3"),
    "quiet": ("#52606d", "#9da7b1"),
    "line": ("#7b8794", "#8b949e"),
    "frame": ("#cbd2d9", "#3d444d"),
    "lane": ("#f5f7fa", "#151b23"),
    "inner": ("#edf0f4", "#1c2430"),
    "box": ("#ffffff", "#0d1117"),
    "blue": ("#2b5fab", "#79aaf0"),
    "green": ("#27703f", "#5fbf86"),
    "orange": ("#a35200", "#e59a4f"),
    "purple": ("#6b46a8", "#b294ec"),
    "red": ("#b03a48", "#f08a95"),
    "teal": ("#0f6b66", "#4fb9b1"),
}
"""By name: on white, and where the reader prefers dark pages."""
KINDS: Final[Mapping[NodeKind, tuple[str, str]]] = {
    NodeKind.ACTION: ("blue", "gear"),
    NodeKind.APPROVAL: ("red", "check"),
    NodeKind.BUCKET: ("green", "bucket"),
    NodeKind.DEPLOYMENT: ("orange", "stack"),
    NodeKind.ENDPOINT: ("blue", "plug"),
    NodeKind.GATEWAY: ("orange", "gate"),
    NodeKind.IMAGES: ("green", "stack"),
    NodeKind.PERSON: ("purple", "person"),
    NodeKind.PIPELINE: ("blue", "chevrons"),
    NodeKind.PORTFOLIO: ("teal", "grid"),
    NodeKind.PROJECT: ("teal", "flask"),
    NodeKind.REGISTRY: ("teal", "tag"),
    NodeKind.REPOSITORY: ("green", "branch"),
    NodeKind.ROLE: ("purple", "key"),
    NodeKind.SECURITY_GROUP: ("purple", "shield"),
    NodeKind.SERVED: ("teal", "plug"),
    NodeKind.SOURCE: ("green", "branch"),
    NodeKind.STACK: ("orange", "stack"),
    NodeKind.STUDIO: ("teal", "window"),
    NodeKind.SUBNET: ("green", "grid"),
    NodeKind.TEST: ("blue", "check"),
    NodeKind.TOPIC: ("blue", "bell"),
}
"""The colour and the symbol of each kind."""
SYMBOLS: Final[Mapping[str, str]] = {
    "bell": "M3 10h8l-1.2-2V5.5a2.8 2.8 0 0 0-5.6 0V8zM6 11.5h2",
    "branch": "M4 3v8M4 7h3a3 3 0 0 0 3-3M4 3m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M10 3"
    "m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M4 11m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0",
    "bucket": "M2.5 3.5h9l-1.3 8H3.8zM2.5 3.5a4.5 1.3 0 0 1 9 0",
    "check": "M7 7m-5.2 0a5.2 5.2 0 1 0 10.4 0a5.2 5.2 0 1 0-10.4 0M4.5 7l2 2l3.2-4",
    "chevrons": "M2.5 3l4 4l-4 4M7 3l4 4l-4 4",
    "flask": "M5.2 2h3.6M6 2v4l-3.5 5.5h9L8 6V2M4 9.5h6",
    "gate": "M2 4.5h8.5M8 2l2.5 2.5L8 7M12 9.5H3.5M6 7L3.5 9.5L6 12",
    "gear": "M7 7m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 1.8v2M7 10.2v2M1.8 7h2M10.2 7h2M3.3 3.3l1.4"
    " 1.4M9.3 9.3l1.4 1.4M10.7 3.3L9.3 4.7M4.7 9.3l-1.4 1.4",
    "grid": "M2.5 2.5h4v4h-4zM7.5 2.5h4v4h-4zM2.5 7.5h4v4h-4zM7.5 7.5h4v4h-4z",
    "key": "M4.5 9.5m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M6.3 7.7L12 2M10 4l1.6 1.6"
    "M8.3 5.7l1.4 1.4",
    "person": "M7 4.3m-2.3 0a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0M2.5 12.5c0-5 9-5 9 0z",
    "plug": "M7 7m-2.2 0a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0M1.5 7h3.3M9.2 7h3.3",
    "shield": "M7 1.8l4.5 1.7c0 4-1 7-4.5 8.7c-3.5-1.7-4.5-4.7-4.5-8.7z",
    "stack": "M7 2l5 2.5l-5 2.5l-5-2.5zM2 7l5 2.5l5-2.5M2 9.5L7 12l5-2.5",
    "tag": "M2 2h5l5 5l-5 5l-5-5zM4.5 4.5h.1",
    "window": "M1.8 2.8h10.4v8.4H1.8zM1.8 5.3h10.4M4 7.5l1.5 1l-1.5 1",
}
"""Lines in a square of 14, drawn for this repository."""
EDGES: Final[Mapping[EdgeKind, tuple[str, str, str]]] = {
    EdgeKind.FLOW: ("ink", "", "what follows"),
    EdgeKind.TRUST: ("purple", "5 3", "assumes a role that trusts the arrow's beginning"),
    EdgeKind.USE: ("line", "1.5 2.5", "uses"),
}
"""By kind: colour, dashes, and the words of the legend."""


def style() -> str:
    """The rules of all pictures: a class for each colour, as a fill and as a stroke."""
    day, night = (_rules(index) for index in (0, 1))
    return (
        f"<style>text{{font-family:{FONTS}}}{day}@media (prefers-color-scheme:dark){{{night}}}"
        "</style>"
    )


def _rules(index: int) -> str:
    return "".join(
        f".f-{name}{{fill:{shades[index]}}}.s-{name}{{stroke:{shades[index]}}}"
        for name, shades in COLOURS.items()
    )
