"""Configurations of values that the schemas of both files allow and that validation takes."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import strategies as st

from mlops_commons.config.explaining.schema import generated
from mlops_commons.config.loader import load_sources
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import ConfigError

Place = tuple[str | int, ...]
PRINTABLE: Final = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
BASE: Final[dict[str, Any]] = {
    "cdk_app_config": {
        "pipeline": {"account": "111111111111", "region": "eu-west-1"},
        "deployments": [
            {
                "set_name": "retail",
                "stages": [
                    {"stage_name": "dev", "account": "222222222222"},
                    {"stage_name": "prod", "account": "333333333333"},
                ],
            }
        ],
    },
    "cdk_infra_app_config": {
        "network": {
            "deployments": [
                {
                    "set_name": "retail",
                    "stages": [{"stage_name": "dev", "create_network": {}}],
                }
            ]
        },
        "sagemaker": {
            "deployments": [{"set_name": "retail", "stages": [{"stage_name": "dev"}]}],
        },
    },
}
"""What is changed."""
NAMES: Final = {
    "retail": "[A-Za-z0-9][A-Za-z0-9-]{0,40}",
    "dev": "[A-Za-z][A-Za-z0-9-]{1,20}",
    "prod": "[A-Za-z][A-Za-z0-9-]{1,20}",
}
"""The set and its stages, with what they may be called."""
OF_FILES: Final = (
    "template",
    "execution_policy_filepath",
    "ca_certificates",
    "execution_policy_arn",
)
"""Keys whose values need more than themselves."""
SET_APART: Final = ("set_name", "stage_name", "account", "region", "default_region", "enabled")
"""Keys by which both files know each other; names are drawn by a strategy of their own."""
RANGE: Final = st.builds(
    "{}.{}.0.0/{}".format,
    st.sampled_from(["10", "100", "172", "192"]),
    st.sampled_from([0, 16, 31, 64, 168]),
    st.integers(8, 28),
)
BY_KEY: Final[dict[str, st.SearchStrategy[Any]]] = {
    "vpc_cidr": RANGE,
    "secondary_cidrs": st.lists(RANGE, max_size=3),
    "routes": st.lists(RANGE, max_size=3),
    "availability_zones": st.lists(
        st.sampled_from([f"eu-west-1{z}" for z in "abcd"] + [f"euw1-az{n}" for n in "1234"]),
        max_size=4,
    ),
    "deploys": st.lists(
        st.sampled_from(["AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue"]),
        max_size=3,
    ),
    "role_actions": st.lists(
        st.sampled_from(["dynamodb:GetItem", "sqs:SendMessage", "s3:GetObject"]), max_size=3
    ),
    "actions": st.lists(st.sampled_from(["athena:Get*", "glue:GetTable"]), max_size=2),
    "instance_types": st.lists(st.sampled_from(["ml.m5.*", "ml.g5.2xlarge"]), max_size=2),
}
"""What is checked by more than a pattern."""


def strategy(node: dict[str, Any], schema: dict[str, Any], key: str = "") -> st.SearchStrategy[Any]:
    """Values that a node of a JSON Schema allows."""
    node = resolved(node, schema)
    if key in BY_KEY:
        return BY_KEY[key]
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum", [node.get("const")]))
    kind = node.get("type", "object")
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(node.get("minimum", 0), min(node.get("maximum", 10**6), 10**6))
    if kind == "array":
        items = strategy(node.get("items", {"type": "string"}), schema)
        least = node.get("minItems", 0)
        return st.lists(items, min_size=least, max_size=max(least, 3))
    if kind == "object":
        return _mapping(node, schema)
    if "pattern" in node:
        return st.from_regex(node["pattern"], fullmatch=True, alphabet=PRINTABLE)
    return st.text(PRINTABLE, min_size=1, max_size=40)


def _mapping(node: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" in node:
        rows = {name: strategy(row, schema, name) for name, row in node["properties"].items()}
        needed = {name: rows[name] for name in node.get("required", ())}
        others = {name: row for name, row in rows.items() if name not in needed}
        return st.fixed_dictionaries(needed, optional=others)
    inner = node.get("additionalProperties", {"type": "string"})
    values = strategy(inner, schema) if isinstance(inner, dict) and inner else st.text(PRINTABLE)
    names = node.get("propertyNames", {})
    keys = st.sampled_from(names["enum"]) if "enum" in names else st.text(PRINTABLE, max_size=20)
    return st.dictionaries(keys, values, max_size=3)


def resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A node without references, and without null and further types beside the first."""
    while True:
        if "anyOf" in node:
            node = next(option for option in node["anyOf"] if option.get("type") != "null")
        elif "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        elif isinstance(node.get("type"), list):
            node = {**node, "type": node["type"][0]}
        else:
            return node


def places(
    content: Any, node: dict[str, Any], schema: dict[str, Any], path: Place = ()
) -> Iterator[tuple[Place, st.SearchStrategy[Any]]]:
    """Each key that can be set in a configuration, with what it can be.

    Blocks with required keys are drawn whole, the others key by key.
    """
    node = resolved(node, schema)
    if isinstance(content, list):
        for index, entry in enumerate(content):
            yield from places(entry, node["items"], schema, (*path, index))
        return
    for key, row in node["properties"].items():
        inner = resolved(row, schema)
        block = inner.get("type") == "object" and "properties" in inner
        if key in content and isinstance(content[key], dict | list):
            yield from places(content[key], row, schema, (*path, key))
        elif block and not inner.get("required"):
            yield from places({}, row, schema, (*path, key))
        elif key not in (*OF_FILES, *SET_APART):
            yield (*path, key), strategy(row, schema, key)


def every_place() -> list[tuple[Place, st.SearchStrategy[Any]]]:
    """The keys of both files."""
    schemas = [json.loads(text) for text in generated().values()]
    return [
        row for schema in schemas for row in places(_part(schema), schema, schema) if row[0][1:]
    ]


def _part(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: BASE[key] for key in schema["properties"] if key in BASE}


@st.composite
def configurations(draw: st.DrawFn, folder: Path) -> tuple[Sources, list[str]]:
    """A configuration that validation takes, and what was changed in it.

    Args:
        folder: where its files are written.
    """
    content, taken = deepcopy(BASE), []
    sources = loaded(folder, content)
    for name, pattern in NAMES.items():
        value = draw(st.from_regex(pattern, fullmatch=True, alphabet=PRINTABLE))
        wanted = renamed(content, name, value)
        try:
            sources = loaded(folder, wanted)
        except ConfigError:
            continue
        content = wanted
        taken.append(f"{name}: {value!r}")
    for path, values in every_place():
        if draw(st.booleans()):
            continue
        value = draw(values)
        wanted = changed(content, path, value)
        try:
            sources = loaded(folder, wanted)
        except ConfigError:
            continue
        content = wanted
        taken.append(f"{'.'.join(map(str, path[1:]))}: {value!r}")
    return sources, taken


def renamed(content: Any, name: str, value: str) -> Any:
    """A copy in which a set or a stage has another name, in both files."""
    if isinstance(content, dict):
        role = {"role": name} if content.get("stage_name") == name and "account" in content else {}
        return {key: renamed(inner, name, value) for key, inner in content.items()} | role
    if isinstance(content, list):
        return [renamed(inner, name, value) for inner in content]
    return value if content == name else content


def changed(content: Any, path: Place, value: Any) -> Any:
    """A copy with a value at a path."""
    found = deepcopy(content)
    block = found
    for part in path[:-1]:
        block = block[part] if isinstance(part, int) else block.setdefault(part, {})
    block[path[-1]] = value
    return found


def loaded(folder: Path, content: Any) -> Sources:
    """The configuration; raises where it is refused."""
    for name, root in (("app.yml", "cdk_app_config"), ("infra.yml", "cdk_infra_app_config")):
        (folder / name).write_text(yaml.safe_dump({root: content[root]}, allow_unicode=True))
    return load_sources(folder / "app.yml", folder / "infra.yml")
