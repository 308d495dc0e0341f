"""A graph refuses what cannot be drawn, and its text cannot be broken by what it shows."""

import pytest

from mlops_commons.cli.environment import child_environment
from mlops_commons.diagrams.dot import COLOURS, dot
from mlops_commons.diagrams.graph import Direction, Edge, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.layout import laid_out
from mlops_commons.diagrams.values import text

ONE = Node(key="one", kind=NodeKind.STACK, title="one")


def graph(**parts: object) -> Graph:
    return Graph(title="A & B", direction=Direction.RIGHT, **parts)  # type: ignore[arg-type]


@pytest.mark.pure
@pytest.mark.parametrize(
    "parts",
    [
        {"nodes": (ONE, ONE)},
        {"nodes": (ONE,), "groups": (Group(key="one", title="one"),)},
        {"nodes": (ONE,), "edges": (Edge(source="one", target="two"),)},
        {"nodes": (Node(key="two", kind=NodeKind.STACK, title="two", group="three"),)},
        {"groups": (Group(key="one", title="one", parent="two"),)},
        {"nodes": (ONE,), "rows": (("one", "two"),)},
    ],
)
def test_a_key_that_is_there_twice_or_not_at_all_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"used twice .* not there"):
        graph(**parts)


@pytest.mark.pure
def test_every_kind_of_node_has_a_colour() -> None:
    assert set(COLOURS) == set(NodeKind)


@pytest.mark.app
def test_names_with_any_character_are_shown_as_they_are() -> None:
    odd = Node(key='"a" -> b', kind=NodeKind.STACK, title="<name> & 'co' \"x\"", details=("a]b{c",))
    drawn = graph(nodes=(ONE, odd), edges=(Edge(source="one", target=odd.key, label='"<&>"'),))
    (svg,) = laid_out([dot(drawn)], child_environment())
    assert "&lt;name&gt; &amp; &#39;co&#39; &quot;x&quot;" in svg
    assert "a]b{c" in svg
    assert "&quot;&lt;&amp;&gt;&quot;" in svg


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
