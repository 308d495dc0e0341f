"""The schema beside each `project.yml`: what an editor shows of a key, and offers for it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

CATALOG = REPOSITORY_ROOT / "mlops-sm-project-template" / "cdk_service_catalog"
SCHEMAS = sorted(CATALOG.rglob("project.schema.json"))
Key = tuple[str, Mapping[str, Any]]


def keys(schema: Mapping[str, Any], above: str = "") -> Iterator[Key]:
    for name, below in schema.get("properties", {}).items():
        yield f"{above}{name}", below
        yield from keys(below, f"{above}{name}.")


EACH = [
    pytest.param(schema, id=f"{file.parent.relative_to(CATALOG)}: {name}")
    for file in SCHEMAS
    for name, schema in keys(json.loads(file.read_text(encoding="utf-8")))
]


def test_every_declaration_has_a_schema() -> None:
    assert [file.parent for file in SCHEMAS] == sorted(
        f.parent for f in CATALOG.rglob("project.yml")
    )
    assert len(EACH) > 100


@pytest.mark.parametrize("schema", EACH)
def test_a_key_says_what_it_is_and_what_may_be_written(schema: Mapping[str, Any]) -> None:
    assert len(schema.get("description", "")) > 5
    is_section = "properties" in schema and schema.get("additionalProperties") is False
    offered = schema.get("enum") or schema.get("type") == "boolean" or is_section
    assert offered or schema["examples"]


@pytest.mark.parametrize("schema", EACH)
def test_what_is_offered_is_taken(schema: Mapping[str, Any]) -> None:
    check = Draft202012Validator(schema)
    offered = [*schema.get("examples", ()), *[schema[k] for k in ("default",) if k in schema]]
    wrong = [f"{value!r}: {e.message}" for value in offered for e in check.iter_errors(value)]
    assert wrong == []
