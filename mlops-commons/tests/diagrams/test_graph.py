"""A graph refuses what cannot be drawn, and its text cannot be broken by what it shows."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from mlops_commons.diagrams.boxes import Rect
from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.palette import COLOURS, EDGES, KINDS, SYMBOLS
from mlops_commons.diagrams.svg import WIDTH, drawn
from mlops_commons.diagrams.values import text

ONE = Node(key="one", kind=NodeKind.STACK, title="one")


def graph(**parts: object) -> Graph:
    return Graph(title="A & B", **parts)  # type: ignore[arg-type]


@pytest.mark.pure
@pytest.mark.parametrize(
    "parts",
    [
        {"nodes": (ONE, ONE)},
        {"nodes": (ONE,), "groups": (Group(key="one", title="one"),)},
        {"nodes": (ONE,), "edges": (Edge(source="one", target="two"),)},
        {"nodes": (Node(key="two", kind=NodeKind.STACK, title="two", group="three"),)},
        {"groups": (Group(key="one", title="one", parent="two"),)},
        {"nodes": (ONE,), "columns": (("two",),)},
    ],
)
def test_a_key_that_is_there_twice_or_not_at_all_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"used twice .* not there"):
        graph(**parts)


@pytest.mark.pure
def test_every_kind_has_a_colour_and_a_symbol() -> None:
    assert set(KINDS) == set(NodeKind)
    assert set(EDGES) == set(EdgeKind)
    assert {colour for colour, _ in KINDS.values()} <= set(COLOURS)
    assert {symbol for _, symbol in KINDS.values()} == set(SYMBOLS)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio" and "relative luminance"."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.pure
@pytest.mark.parametrize("night", [False, True], ids=["light", "dark"])
def test_letters_can_be_read_by_day_and_by_night(night: bool) -> None:
    letters = {"ink", "quiet", *(colour for colour, _ in KINDS.values())}
    for colour in letters:
        for ground in ("page", "lane", "inner", "box"):
            ratio = contrast(COLOURS[colour][night], COLOURS[ground][night])
            assert ratio >= 4.5, (colour, ground, ratio)


def lanes(number: int, **parts: object) -> str:
    groups = tuple(Group(key=f"g{n}", title=f"lane {n}") for n in range(number))
    nodes = tuple(
        Node(key=f"n{n}-{m}", kind=NodeKind.STACK, title=f"box {m} of {n}", group=f"g{n}")
        for n in range(number)
        for m in range(2)
    )
    return drawn(graph(groups=groups, nodes=nodes, **parts))


def rectangles(svg: str) -> list[Rect]:
    """Of boxes, which stand in a group with their kind."""
    found = re.findall(
        r'</title><rect class="[^"]*" x="([0-9.]+)" y="([0-9.]+)" '
        r'width="([0-9.]+)" height="([0-9.]+)"',
        svg,
    )
    return [Rect(*map(float, row)) for row in found]


@pytest.mark.pure
def test_no_line_runs_through_a_box_and_nothing_is_wider_than_a_page() -> None:
    ends = (
        ("n0-0", "n4-1"),
        ("n4-0", "n0-1"),
        ("n1-1", "n2-0"),
        ("n3-1", "n3-0"),
        ("n0-0", "n0-1"),
    )
    svg = lanes(5, edges=tuple(Edge(source=one, target=other) for one, other in ends))
    boxes = rectangles(svg)
    assert len(boxes) == 10
    assert max(box.right for box in boxes) < WIDTH
    lines = re.findall(r'stroke-width="1.2" d="M([^"z]+)"', svg)
    assert len(lines) >= len(ends)
    for line in lines[: len(ends)]:
        points = [tuple(map(float, point.split())) for point in line.split("L")]
        for (x, y), (u, v) in pairwise(points):
            for box in boxes:
                across = min(x, u) < box.right - 0.1 and max(x, u) > box.x + 0.1
                along = min(y, v) < box.bottom - 0.1 and max(y, v) > box.y + 0.1
                assert not (across and along), (line, box)


@pytest.mark.pure
def test_names_with_any_character_are_shown_as_they_are() -> None:
    odd = Node(
        key='"a" -> b', kind=NodeKind.STACK, title="<n> & 'c' \"x\"", details=("a]b{c",), group="g"
    )
    one = Node(key="one", kind=NodeKind.STACK, title="one", group="g")
    edge = Edge(source="one", target=odd.key, label='"<&>"')
    svg = drawn(graph(groups=(Group(key="g", title="g"),), nodes=(one, odd), edges=(edge,)))
    assert "&lt;n&gt; &amp; &#x27;c&#x27; &quot;x&quot;" in svg
    assert "a]b{c" in svg
    assert "&quot;&lt;&amp;&gt;&quot;" in svg
    ElementTree.fromstring(svg)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ({"Ref": "Account"}, "123456789012"),
        ({"Ref": "Vpc"}, "Vpc"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "Key"),
        ({"Fn::Sub": "${Account}-${Key.Arn}"}, "123456789012-Key"),
        ({"Fn::Join": [":", ["a", {"Ref": "Account"}]]}, "a:123456789012"),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "zone 2"),
    ],
)
def test_a_value_of_a_template_comes_to_a_text(value: object, expected: str) -> None:
    assert text(value, {"Account": "123456789012"}) == expected
