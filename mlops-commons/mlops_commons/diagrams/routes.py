"""How arrows run: beside the lanes and above them, never through a box.

An arrow leaves a box on its right, climbs in the gutter beside the lane to a row above all lanes,
goes along it, and comes down in the gutter on the left of the lane that it enters. Between
neighbours it stays in the gutter between them. All arrows of one box share their way as long as
they can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mlops_commons.diagrams.boxes import GAP, Box
from mlops_commons.diagrams.graph import Edge

TRACK: Final = 7
"""Between two lines side by side."""
MARGIN: Final = 9
"""From a frame to the first line beside it."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Route:
    """An arrow as the corners of its line."""

    edge: Edge
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Plan:
    """Which lines there will be, before anything has a place.

    Attributes:
        gutters: for each gutter, left of each lane and right of the last, whose lines it has.
        rows: whose lines run above the lanes.
    """

    gutters: tuple[tuple[str, ...], ...]
    rows: tuple[str, ...]

    def width(self, gutter: int) -> float:
        """The pixels of a gutter; the outermost are none where they have no line."""
        tracks = len(self.gutters[gutter])
        outer = gutter in (0, len(self.gutters) - 1)
        return 0 if outer and not tracks else 2 * MARGIN + TRACK * max(tracks - 1, 0)


def planned(edges: Sequence[Edge], lane: Mapping[str, int], order: Mapping[str, int]) -> Plan:
    """The lines that arrows take.

    Args:
        lane: the number of each box's lane; `order` that of its place in the lane.
    """
    gutters: list[list[str]] = [[] for _ in range(max(lane.values()) + 2)]
    rows: list[str] = []
    for edge in edges:
        for gutter in _gutters(edge, lane, order):
            _once(gutters[gutter], edge.source)
        if _far(edge, lane):
            _once(rows, edge.source)
    return Plan(gutters=tuple(map(tuple, gutters)), rows=tuple(rows))


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Where lines may run: the places of boxes, gutters and rows."""

    boxes: Mapping[str, Box]
    lane: Mapping[str, int]
    order: Mapping[str, int]
    plan: Plan
    starts: Sequence[float]
    top: float

    def routes(self, edges: Sequence[Edge]) -> list[Route]:
        """The lines of all arrows; those that arrive at one box arrive side by side."""
        arriving: dict[str, list[str]] = {}
        for edge in edges:
            if not _next(edge, self.lane, self.order):
                _once(arriving.setdefault(edge.target, []), edge.source)
        return [Route(edge, self._points(edge, arriving.get(edge.target, []))) for edge in edges]

    def _points(self, edge: Edge, came: Sequence[str]) -> tuple[Point, ...]:
        here, there = self.boxes[edge.source].rect, self.boxes[edge.target].rect
        if _next(edge, self.lane, self.order):
            middle = there.x + there.width / 2
            return ((middle, here.bottom), (middle, there.y))
        into = there.y + there.height * (came.index(edge.source) + 1) / (len(came) + 1)
        out = here.y + min(here.height / 2, 2 * GAP)
        down = self._track(self.lane[edge.target], edge.source)
        last = ((down, into), (there.x, into))
        if self.lane[edge.source] == self.lane[edge.target]:
            return ((here.x, out), (down, out), *last)
        if not _far(edge, self.lane):
            return ((here.right, out), (down, out), *last)
        up = self._track(self.lane[edge.source] + 1, edge.source)
        above = self.top - TRACK * self.plan.rows.index(edge.source)
        return ((here.right, out), (up, out), (up, above), (down, above), *last)

    def _track(self, gutter: int, source: str) -> float:
        return self.starts[gutter] + MARGIN + TRACK * self.plan.gutters[gutter].index(source)


def _gutters(edge: Edge, lane: Mapping[str, int], order: Mapping[str, int]) -> list[int]:
    if _next(edge, lane, order):
        return []
    if lane[edge.source] == lane[edge.target]:
        return [lane[edge.source]]
    if not _far(edge, lane):
        return [lane[edge.target]]
    return [lane[edge.source] + 1, lane[edge.target]]


def _next(edge: Edge, lane: Mapping[str, int], order: Mapping[str, int]) -> bool:
    same = lane[edge.source] == lane[edge.target]
    return same and order[edge.target] == order[edge.source] + 1


def _far(edge: Edge, lane: Mapping[str, int]) -> bool:
    return lane[edge.target] not in (lane[edge.source], lane[edge.source] + 1)


def _once(known: list[str], key: str) -> None:
    if key not in known:
        known.append(key)
