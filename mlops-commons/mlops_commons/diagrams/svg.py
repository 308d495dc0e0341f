"""A picture as SVG: lanes, boxes, arrows, and a legend of what only colours and lines say."""

from collections.abc import Iterator
from html import escape
from typing import Final

from mlops_commons.diagrams.boxes import (
    CAPTION,
    DETAIL,
    GAP,
    HEAD,
    LINE,
    PAD,
    SMALL,
    Box,
    Frame,
    Lane,
    Rect,
    Text,
)
from mlops_commons.diagrams.graph import Edge, Graph
from mlops_commons.diagrams.lettering import room
from mlops_commons.diagrams.palette import EDGES, KINDS, SYMBOLS, style
from mlops_commons.diagrams.routes import TRACK, Route, Ways, planned

WIDTH: Final = 880
"""What GitHub shows of a page without making it smaller."""
LEAST: Final = 118
"""Of a lane and a gutter: only pictures of many accounts are wider than a page."""
EDGE: Final = 8
MARK: Final = "<!-- written by ./mlops-multi-account.sh generate -->\n"


def drawn(graph: Graph) -> str:
    """The picture of a graph; equal graphs give equal texts."""
    columns = graph.columns or tuple((g.key,) for g in graph.groups if not g.parent)
    whole = max(WIDTH, LEAST * len(columns))
    draft = [Lane(graph, keys, Rect(0, 0, whole / len(columns), 0)) for keys in columns]
    lane = {box.node.key: n for n, found in enumerate(draft) for box in found.boxes}
    order = {box.node.key: n for found in draft for n, box in enumerate(found.boxes)}
    edges = [_between_boxes(graph, edge) for edge in graph.edges]
    plan = planned(edges, lane, order)
    gutters = [plan.width(number) for number in range(len(columns) + 1)]
    width = (whole - 2 * EDGE - sum(gutters)) / len(columns)
    top = EDGE + 24 + TRACK * (len(plan.rows) + 1)
    lanes, starts, x = [], [], float(EDGE)
    for keys, gutter in zip(columns, gutters, strict=False):
        starts.append(x)
        lanes.append(Lane(graph, keys, Rect(x + gutter, top, width, 0)))
        x += gutter + width
    starts.append(x)
    boxes = {box.node.key: box for found in lanes for box in found.boxes}
    ways = Ways(boxes=boxes, lane=lane, order=order, plan=plan, starts=starts, top=top - TRACK)
    routes = ways.routes(edges)
    labels = tuple(dict.fromkeys(edge.label for edge in edges if edge.label))
    bottom = max(found.bottom for found in lanes)
    legend = list(_legend(edges, labels, bottom + GAP))
    height = bottom + GAP + legend.pop()  # type: ignore[operator]
    body = [
        f'<rect class="f-page" width="{whole}" height="{height:.0f}"/>',
        _text(Text(graph.title, 12, bold=True), EDGE, EDGE + 12),
        *(part for found in lanes for frame in found.frames for part in _frame(frame)),
        *(part for route in routes for part in _arrow(route)),
        *(part for box in boxes.values() for part in _box(box)),
        *(part for route in routes for part in _number(route, labels)),
        *(str(part) for part in legend),
    ]
    return (
        f'{MARK}<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{height:.0f}" '
        f'viewBox="0 0 {whole} {height:.0f}" role="img" aria-label="{escape(graph.title)}">\n'
        f"<title>{escape(graph.title)}</title>\n{style()}\n" + "\n".join(body) + "\n</svg>\n"
    )


def _between_boxes(graph: Graph, edge: Edge) -> Edge:
    """An arrow of a frame is one of the first box in it."""
    keys = {node.key for node in graph.nodes}
    first: dict[str, str] = {}
    for node in graph.nodes:
        first.setdefault(node.group, node.key)
    source, target = (end if end in keys else first[end] for end in (edge.source, edge.target))
    return Edge(source=source, target=target, kind=edge.kind, label=edge.label)


def _frame(frame: Frame) -> Iterator[str]:
    rect, fill = frame.rect, "inner" if frame.depth % 2 else "lane"
    yield (
        f'<rect class="f-{fill} s-frame" x="{rect.x:.1f}" y="{rect.y:.1f}" '
        f'width="{rect.width:.1f}" height="{rect.height:.1f}" rx="6"/>'
    )
    y = rect.y + PAD
    for text in frame.texts:
        y += LINE if text.bold else SMALL
        yield _text(text, rect.x + PAD, y - 2)


def _box(box: Box) -> Iterator[str]:
    rect, node = box.rect, box.node
    colour, symbol = KINDS[node.kind]
    yield (
        f'<g><title>{escape(node.kind.value)}</title><rect class="f-box s-{colour}" '
        f'x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}" '
        'rx="4"/></g>'
    )
    yield (
        f'<path class="s-{colour}" fill="none" stroke-width="1.2" stroke-linecap="round" '
        f'transform="translate({rect.x + PAD:.1f},{rect.y + PAD - 1:.1f})" d="{SYMBOLS[symbol]}"/>'
    )
    caption = Text(node.kind.value, CAPTION, colour=colour)
    yield _text(caption, rect.x + PAD + 18, rect.y + PAD + 9)
    y = rect.y + PAD + HEAD
    for text in box.texts:
        y += LINE if text.bold else SMALL
        yield _text(text, rect.x + PAD, y - 2)


def _arrow(route: Route) -> Iterator[str]:
    colour, dashes, _ = EDGES[route.edge.kind]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in route.points)
    dashed = f' stroke-dasharray="{dashes}"' * bool(dashes)
    yield f'<path class="s-{colour}" fill="none" stroke-width="1.2"{dashed} d="{path}"/>'
    (x, y), (before, _) = route.points[-1], route.points[-2]
    tip = f"M{x - 5:.1f} {y - 3:.1f}L{x:.1f} {y:.1f}L{x - 5:.1f} {y + 3:.1f}z"
    if before == x:
        tip = f"M{x - 3:.1f} {y - 5:.1f}L{x:.1f} {y:.1f}L{x + 3:.1f} {y - 5:.1f}z"
    yield f'<path class="f-{colour}" d="{tip}"/>'


def _number(route: Route, labels: tuple[str, ...]) -> Iterator[str]:
    if route.edge.label:
        (x, y), (before, _) = route.points[-1], route.points[-2]
        at = (x + 9, (y + route.points[-2][1]) / 2) if before == x else (x - 8, y - 9)
        yield from _disc(labels.index(route.edge.label) + 1, *at)


def _disc(number: int, x: float, y: float) -> Iterator[str]:
    yield f'<circle class="f-ink" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    yield (
        f'<text class="f-page" x="{x:.1f}" y="{y + 3:.1f}" font-size="8.5" font-weight="bold" '
        f'text-anchor="middle">{number}</text>'
    )


def _legend(edges: list[Edge], labels: tuple[str, ...], top: float) -> Iterator[str | float]:
    """Lines and numbers with their words, then the height that they take."""
    x, y = float(EDGE), top + 10
    entries: list[tuple[str, int, str]] = [
        (EDGES[kind][2], -1, kind.value) for kind in dict.fromkeys(edge.kind for edge in edges)
    ]
    entries += [(label, number, "") for number, label in enumerate(labels, start=1)]
    for words, number, kind in entries:
        taken = 36 + room(words, DETAIL)
        if x > EDGE and x + taken > WIDTH - EDGE:
            x, y = float(EDGE), y + 16
        if number < 0:
            colour, dashes, _ = next(row for key, row in EDGES.items() if key.value == kind)
            yield (
                f'<path class="s-{colour}" fill="none" stroke-width="1.2" '
                f'stroke-dasharray="{dashes or "none"}" d="M{x:.1f} {y:.1f}h22"/>'
            )
        else:
            yield from _disc(number, x + 14, y)
        yield _text(Text(words, DETAIL, colour="quiet"), x + 27, y + 3)
        x += taken + 8
    yield y - top + 14


def _text(text: Text, x: float, y: float) -> str:
    bold = ' font-weight="bold"' * text.bold
    return (
        f'<text class="f-{text.colour}" x="{x:.1f}" y="{y:.1f}" font-size="{text.size:g}"{bold}>'
        f"{escape(text.text)}</text>"
    )
