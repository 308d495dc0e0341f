"""What a declaration that is there keeps when a table is adopted, and what changes in it."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

EXAMPLE = "data/abalone-generated.csv"
"""While a repository declares it, nobody has declared anything of their own."""
ORDER = (
    *("purpose", "data", "task", "positive", "split"),
    *("model", "machines", "monitoring", "gate"),
)
NOTHING = "nothing"
Content = Mapping[str, Any]


def declared_before(file: Path) -> Content:
    """What a file declares, whatever it is; nothing where there is no such file.

    Raises:
        ValueError: it cannot be read.
    """
    if not file.is_file():
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{file.name} declares nothing")
    return content


def is_example(before: Content) -> bool:
    """Whether this is what every new project declares."""
    return bool(_section(before, "data").get("file") == EXAMPLE)


def merged(proposed: Content, before: Content, classes: Collection[str]) -> dict[str, Any]:
    """A proposal with what was declared and does not depend on the table.

    What a model is for, how it is trained, judged and watched stays where it predicts the same as
    before; the machines always.

    Args:
        classes: what the label says.
    """
    result = dict(proposed)
    if before.get("machines"):
        result["machines"] = before["machines"]
    if not is_example(before) and _asks_the_same(proposed, before):
        columns = proposed["data"]["columns"]
        result |= {name: before[name] for name in ("purpose", "model") if before.get(name)}
        if str(before.get("positive", "")) in classes:
            result["positive"] = str(before["positive"])
        result["split"] = _split(proposed, before)
        gate = _section(before, "gate") or proposed["gate"]
        result["gate"] = _with_columns(gate, "slices", columns)
        if watched := _with_columns(_section(before, "monitoring"), "ignored", columns):
            result["monitoring"] = watched
    return {name: result[name] for name in ORDER if name in result}


def changes(before: Content, after: Content) -> list[str]:
    """What another declaration says otherwise, a line for each value."""
    old, new = dict(_flat(before)), dict(_flat(after))
    lines = [
        f"{name}: {old.get(name, NOTHING)} -> {new.get(name, NOTHING)}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name, NOTHING) != new.get(name, NOTHING)
    ]
    orders = [[*_section(_section(each, "data"), "columns")] for each in (before, after)]
    if orders[0] != orders[1] and {*orders[0]} == {*orders[1]}:
        lines.append("data.columns: another order")
    return lines


def _asks_the_same(proposed: Content, before: Content) -> bool:
    label = _section(before, "data").get("label")
    return bool(label == proposed["data"]["label"] and before.get("task") == proposed["task"])


def _split(proposed: Content, before: Content) -> dict[str, Any]:
    """The split as it was, unless a column that it goes by is another one now."""
    old, by = _section(before, "split"), proposed["split"]["by"]
    was = old.get("by", by)
    goes_by_column = {by, was} & {"group", "time"}
    return {**old, "by": by if goes_by_column else was}


def _with_columns(section: Content, key: str, columns: Collection[str]) -> dict[str, Any]:
    """A section without columns that are no longer there."""
    result = dict(section)
    if key in result:
        result[key] = [name for name in result[key] if name in columns]
    return result


def _section(content: Content, name: str) -> Content:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _flat(content: Content, above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value
