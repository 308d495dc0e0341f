"""Examples of every key for editors: values that stand in configurations which load.

They are those of `examples/`, and for what no example has, those of `every-key/` beside this file.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.paths import EXAMPLES, SAMPLE

EVERY_KEY: Final = Path(__file__).with_name("every-key")
MOST: Final = 3
"""So many values of a key are shown; of a block or a list the shortest one."""
Place = tuple[str, str]
"""A model and one of its keys; the root has no name."""
Schema = dict[str, Any]


def configurations() -> list[Path]:
    """The folders, the sample first."""
    shipped = sorted({file.parent for file in EXAMPLES.glob("*/cdk-*.yml")} - {SAMPLE})
    return [SAMPLE, *shipped, *sorted(file.parent for file in EVERY_KEY.glob("*/cdk-app.yml"))]


def with_examples(schema: Schema, file: str) -> Schema:
    """The schema with examples of each key.

    Args:
        file: the name of the file that it describes, such as `cdk-app.yml`.
    """
    import yaml

    found: dict[Place, list[Any]] = defaultdict(list)
    for folder in configurations():
        if (folder / file).is_file():
            content = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
            for place, value in _values(schema, "", schema, content):
                found[place].append(value)
    for name, model in {"": schema, **schema["$defs"]}.items():
        for key, value in model.get("properties", {}).items():
            if shown := _chosen(found[name, key]):
                value["examples"] = shown
    return schema


def _values(root: Schema, model: str, node: Schema, content: Any) -> Iterator[tuple[Place, Any]]:
    """Each key of a content with its value."""
    if "$ref" in node:
        model = node["$ref"].rpartition("/")[2]
        node = root["$defs"][model]
    for option in node.get("anyOf", ()):
        yield from _values(root, model, option, content)
    if isinstance(content, dict):
        for key, value in content.items():
            below = node.get("properties", {}).get(key)
            if below is not None:
                yield (model, key), value
                yield from _values(root, model, below, value)
    if isinstance(content, list):
        for value in content:
            yield from _values(root, model, node.get("items", {}), value)


def _chosen(values: list[Any]) -> list[Any]:
    texts: Mapping[str, Any] = {json.dumps(value): value for value in values if value is not None}
    if any(isinstance(value, dict | list) for value in texts.values()):
        return [texts[min(texts, key=lambda text: (len(text), text))]]
    return list(texts.values())[:MOST]
