"""What editors show of a key: a description, values that may be, and examples which load."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from mlops_commons.config import load_config
from mlops_commons.config.explaining.examples import configurations, with_examples
from mlops_commons.config.explaining.schema import FILES_OF, SCHEMAS, schema_text
from mlops_commons.config.values import region_partitions
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

pytestmark = pytest.mark.pure

REFUSED = ("KeysFile", "projects")
"""A key that only says why it is refused."""
MODELS = [json.loads(schema_text(model)) for model in SCHEMAS.values()]
KEYS = [
    pytest.param(schema, model, key, id=f"{model}.{key}".strip("."))
    for schema in MODELS
    for model, content in {"": schema, **schema["$defs"]}.items()
    for key in content.get("properties", {})
]


def of(schema: dict[str, Any], model: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = (schema["$defs"][model] if model else schema)["properties"][key]
    return found


def values(content: Any) -> Iterator[tuple[str, str]]:
    """Each key of a content with its value as JSON."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield key, json.dumps(value)
            yield from values(value)
    if isinstance(content, list):
        for value in content:
            yield from values(value)


@pytest.fixture(scope="module")
def loaded() -> set[tuple[str, str]]:
    """What stands in the configurations from which examples are taken; each of them loads."""
    found: set[tuple[str, str]] = set()
    for folder in configurations():
        load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)
        for file in folder.glob("cdk-*.yml"):
            found |= set(values(yaml.safe_load(file.read_text(encoding="utf-8"))))
    return found


@pytest.mark.parametrize(("schema", "model", "key"), KEYS)
def test_each_key_is_described(schema: dict[str, Any], model: str, key: str) -> None:
    own = of(schema, model, key)
    options = (own, *own.get("anyOf", ()))
    named = [schema["$defs"][o["$ref"].rpartition("/")[2]] for o in options if "$ref" in o]
    assert any("description" in part for part in (own, *named))


@pytest.mark.parametrize(("schema", "model", "key"), KEYS)
def test_each_example_is_one_of_a_configuration_that_loads_and_fits_its_schema(
    schema: dict[str, Any], model: str, key: str, loaded: set[tuple[str, str]]
) -> None:
    own = of(schema, model, key)
    if (model, key) == REFUSED:
        assert "examples" not in own
        return
    assert 1 <= len(own["examples"]) <= 3
    # Not `jsonschema.validate`, which also holds the whole schema against its own, each time.
    fits = jsonschema.Draft202012Validator({**own, "$defs": schema["$defs"]})
    for example in own["examples"]:
        fits.validate(example)
        assert (key, json.dumps(example)) in loaded


def test_an_example_that_its_schema_refuses_is_seen() -> None:
    (schema,) = (s for s in MODELS if "cdk_app_config" in s["properties"])
    own = of(schema, "StageFile", "account")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("12", {**own, "$defs": schema["$defs"]})


def test_regions_are_offered_as_the_loader_knows_them() -> None:
    (schema,) = (s for s in MODELS if "cdk_app_config" in s["properties"])
    own = of(schema, "PipelineFile", "region")
    assert own["enum"] == sorted(region_partitions())
    assert {"eu-west-1", "us-gov-west-1", "cn-north-1"} <= set(own["enum"])


def test_the_sample_comes_first_and_blocks_show_their_shortest_form() -> None:
    file = FILES_OF[next(m for f, m in SCHEMAS.items() if f.name == "cdk-app.schema.json")]
    model = {"properties": {"pipeline": {"$ref": "#/$defs/P"}}}
    pipeline = {"properties": {"account": {}, "bootstrap": {}}}
    root = {"properties": {"cdk_app_config": {"$ref": "#/$defs/C"}}}
    made = with_examples({**root, "$defs": {"C": model, "P": pipeline}}, file)
    found = made["$defs"]["P"]["properties"]
    assert found["account"]["examples"][0] == "111111111111"
    (shortest,) = found["bootstrap"]["examples"]
    assert set(shortest) == {"aws_profile"}
