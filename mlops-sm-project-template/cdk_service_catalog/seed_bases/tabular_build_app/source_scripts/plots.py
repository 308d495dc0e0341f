"""Plots as SVG for a page without scripts: points, lines and bars in one frame."""

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
WIDTH, HEIGHT, LEFT, BELOW = 320, 260, 48, 40
MOST = 600
"""A plot of more points is larger and says no more."""


def points(title: str, found: Sequence[Point], x: str, y: str, diagonal: bool = False) -> str:
    """A point for each pair, at most 600 of them."""
    step = max(1, -(-len(found) // MOST))
    shown = found[::step]
    lower, upper = _span(shown, square=diagonal)
    marks = [
        '<circle cx="{:.1f}" cy="{:.1f}" r="2"/>'.format(*_place(point, lower, upper))
        for point in shown
    ]
    if diagonal:
        marks.append(_path([lower, upper], lower, upper, "ideal"))
    return _frame(title, "".join(marks), lower, upper, x, y)


def line(title: str, found: Sequence[Point], x: str, y: str, diagonal: bool = False) -> str:
    """A line through shares between 0 and 1."""
    step = max(1, -(-len(found) // MOST))
    lower, upper = (0.0, 0.0), (1.0, 1.0)
    marks = _path([*found[::step], found[-1]], lower, upper, "line")
    if diagonal:
        marks += _path([lower, upper], lower, upper, "ideal")
    return _frame(title, marks, lower, upper, x, y)


def curve(title: str, found: Sequence[Point], x: str) -> str:
    """A line through points of any range; nothing for less than two."""
    if len(found) < 2:
        return ""
    lower, upper = _span(found, square=False)
    return _frame(title, _path(found, lower, upper, "line"), lower, upper, x, "")


def bars(title: str, found: Sequence[tuple[str, float]]) -> str:
    """A bar for each name, the longest for the largest value."""
    most = max((abs(value) for _, value in found), default=0.0) or 1.0
    rows = []
    for place, (name, value) in enumerate(found):
        top, length = 24 + 18 * place, 150 * abs(value) / most
        rows.append(
            f'<text x="4" y="{top + 11}">{escape(name[:24])}</text>'
            f'<rect x="150" y="{top}" width="{length:.1f}" height="13"/>'
            f'<text x="{154 + length:.1f}" y="{top + 11}">{value:.3f}</text>'
        )
    height = 30 + 18 * len(found)
    head = f'<text class="title" x="4" y="14">{escape(title)}</text>'
    return f'<svg viewBox="0 0 360 {height}" width="360" role="img">{head}{"".join(rows)}</svg>'


def _span(found: Sequence[Point], square: bool) -> tuple[Point, Point]:
    across, up = [point[0] for point in found], [point[1] for point in found]
    if square:
        across = up = [*across, *up]
    return (min(across), min(up)), (max(across), max(up))


def _place(point: Point, lower: Point, upper: Point) -> Point:
    sizes = (WIDTH - LEFT - 10, HEIGHT - BELOW - 24)
    shares = [
        (value - low) / (high - low) if high > low else 0.5
        for value, low, high in zip(point, lower, upper, strict=True)
    ]
    return LEFT + sizes[0] * shares[0], HEIGHT - BELOW - sizes[1] * shares[1]


def _path(found: Sequence[Point], lower: Point, upper: Point, kind: str) -> str:
    places = " ".join("{:.1f},{:.1f}".format(*_place(point, lower, upper)) for point in found)
    return f'<polyline class="{kind}" points="{places}"/>'


def _frame(title: str, marks: str, lower: Point, upper: Point, x: str, y: str) -> str:
    base, right = HEIGHT - BELOW, WIDTH - 10
    texts = [
        (4, 14, "start", title),
        (LEFT, base + 14, "start", f"{lower[0]:.3g}"),
        (right, base + 14, "end", f"{upper[0]:.3g}"),
        ((LEFT + right) // 2, base + 30, "middle", x),
        (LEFT - 4, base, "end", f"{lower[1]:.3g}"),
        (LEFT - 4, 32, "end", f"{upper[1]:.3g}"),
        (right, 14, "end", y),
    ]
    written = "".join(
        f'<text x="{left}" y="{top}" text-anchor="{anchor}">{escape(words)}</text>'
        for left, top, anchor, words in texts
    )
    frame = f'<rect class="frame" x="{LEFT}" y="24" width="{right - LEFT}" height="{base - 24}"/>'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
    return f'<svg {size} role="img">{frame}{marks}{written}</svg>'
