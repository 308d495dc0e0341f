"""JSON Schemas of the files, for editors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pydantic

from mlops_commons.config.explaining.examples import with_examples
from mlops_commons.config.infra_model import CdkInfraAppFile
from mlops_commons.config.model import CdkAppFile
from mlops_commons.utilities.paths import CDK_APP_PLACE, CDK_INFRA_APP_PLACE

SCHEMAS: Final[dict[Path, type[pydantic.BaseModel]]] = {
    CDK_APP_PLACE.with_name("cdk-app.schema.json"): CdkAppFile,
    CDK_INFRA_APP_PLACE.with_name("cdk-infra-app.schema.json"): CdkInfraAppFile,
}
"""Each file beside the configuration that it describes, and the model that it comes from."""
FILES_OF: Final = {
    model: file.name.replace(".schema.json", ".yml") for file, model in SCHEMAS.items()
}


def schema_text(model: type[pydantic.BaseModel]) -> str:
    """The schema of a file; ids may be written as numbers, and every optional key may be empty.

    Each key has examples, which editors show and offer.
    """
    schema = _lenient(model.model_json_schema())
    with_examples(schema, FILES_OF[model])
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2) + "\n"


def _lenient(node: Any) -> Any:
    """What the loader reads besides: numbers for text, nothing for an optional value."""
    if isinstance(node, list):
        return [_lenient(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _lenient(value) for key, value in node.items()}
    if node.get("type") == "string" and "enum" not in node:
        node["type"] = ["string", "integer"]
    required = set(node.get("required", ()))
    properties = node.get("properties", {})
    for name, value in properties.items() if isinstance(properties, dict) else ():
        if name not in required and isinstance(value, dict):
            properties[name] = _nullable(value)
    return node


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    options = schema.get("anyOf", [])
    if any(option.get("type") == "null" for option in options):
        return schema
    remarks = ("description", "default")
    described: dict[str, Any] = {key: schema.pop(key) for key in remarks if key in schema}
    return {"anyOf": [schema, {"type": "null"}], **described}


def generated() -> Mapping[Path, str]:
    """The schemas beside the files that they describe, where this checkout has those."""
    return {file: schema_text(kind) for file, kind in SCHEMAS.items() if file.parent.is_dir()}
