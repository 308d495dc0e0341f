"""Where frames and boxes stand: lanes from left to right, in each lane one below the other."""

from dataclasses import dataclass
from typing import Final

from mlops_commons.diagrams.graph import Graph, Group, Node
from mlops_commons.diagrams.lettering import lines, room

CAPTION, TITLE, DETAIL = 8.5, 10.0, 9.0
"""Sizes of letters."""
HEAD, LINE, SMALL = 16, 13, 11.5
"""Heights of the caption with its symbol, of a line of the title, and of a detail."""
PAD: Final = 6
GAP: Final = 16
"""Between boxes, where the arrows from one to the next are."""


@dataclass(frozen=True)
class Rect:
    """A place in a picture, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Text:
    """One line: its size, whether it is bold, and its colour."""

    text: str
    size: float
    bold: bool = False
    colour: str = "ink"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A node with its place and its lines."""

    node: Node
    rect: Rect
    texts: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A group with its place; `depth` counts the frames around it."""

    group: Group
    rect: Rect
    texts: tuple[Text, ...]
    depth: int


class Lane:
    """What stands in one lane, from top to bottom."""

    def __init__(self, graph: Graph, keys: tuple[str, ...], place: Rect) -> None:
        self.boxes: list[Box] = []
        self.frames: list[Frame] = []
        self._graph = graph
        y = place.y
        for key in keys:
            (group,) = (group for group in graph.groups if group.key == key)
            y = self._frame(group, Rect(place.x, y, place.width, 0), 0) + GAP
        self.bottom = y - GAP

    def _frame(self, group: Group, place: Rect, depth: int) -> float:
        inner = place.width - 2 * PAD
        titles = lines(group.title, inner, TITLE, bold=True)
        texts = tuple(Text(line, TITLE, bold=True) for line in titles)
        texts += tuple(
            Text(t, DETAIL, colour="quiet")
            for part in group.subtitle.split("  ")
            if part
            for t in lines(part, inner, DETAIL)
        )
        at = len(self.frames)
        y = place.y + PAD + height_of(texts) + PAD
        inside = [node for node in self._graph.nodes if node.group == group.key]
        nested = [other for other in self._graph.groups if other.parent == group.key]
        if group.row and nested:
            y = self._row(nested, Rect(place.x + PAD, y, inner, 0), depth + 1) + GAP
            nested = []
        for node in inside:
            y = self._box(node, Rect(place.x + PAD, y, inner, 0)) + GAP
        for other in nested:
            y = self._frame(other, Rect(place.x + PAD, y, inner, 0), depth + 1) + GAP
        end = y - GAP + PAD if inside or nested or group.row else y
        rect = Rect(place.x, place.y, place.width, end - place.y)
        self.frames.insert(at, Frame(group=group, rect=rect, texts=texts, depth=depth))
        return end

    def _row(self, groups: list[Group], place: Rect, depth: int) -> float:
        """Frames side by side, all as high as the highest."""
        width = (place.width - PAD * (len(groups) - 1)) / len(groups)
        ends, first = [], len(self.frames)
        for index, group in enumerate(groups):
            x = place.x + index * (width + PAD)
            ends.append(self._frame(group, Rect(x, place.y, width, 0), depth))
        for index in range(first, len(self.frames)):
            frame = self.frames[index]
            if frame.depth == depth:
                rect = Rect(frame.rect.x, frame.rect.y, width, max(ends) - place.y)
                self.frames[index] = Frame(
                    group=frame.group, rect=rect, texts=frame.texts, depth=depth
                )
        return max(ends)

    def _box(self, node: Node, place: Rect) -> float:
        texts = texts_of(node, place.width - 2 * PAD)
        height = PAD + HEAD + height_of(texts) + PAD - 2
        self.boxes.append(
            Box(node=node, rect=Rect(place.x, place.y, place.width, height), texts=texts)
        )
        return place.y + height


def texts_of(node: Node, width: float) -> tuple[Text, ...]:
    """The lines of a box below its caption."""
    title = [Text(t, TITLE, bold=True) for t in lines(node.title, width, TITLE, bold=True)]
    details = [
        Text(t, DETAIL, colour="quiet")
        for detail in (*node.details, *_columns(node.items, width))
        for t in lines(detail, width, DETAIL)
    ]
    return (*title, *details)


def height_of(texts: tuple[Text, ...]) -> float:
    """The pixels that lines take."""
    return sum(LINE if text.bold else SMALL for text in texts)


def _columns(items: tuple[str, ...], width: float) -> list[str]:
    """Many names as lines that are filled."""
    filled: list[str] = []
    for item in items:
        longer = f"{filled[-1]}, {item}" if filled else item
        if filled and room(f"{longer},", DETAIL) <= width:
            filled[-1] = longer
        else:
            filled.append(item)
    return [f"{line}," for line in filled[:-1]] + filled[-1:]
