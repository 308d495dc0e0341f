"""The schemas of the CloudFormation registry, as cfn-lint ships them."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import regex
from cfnlint.helpers import REGIONS
from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from ministack_aws.engine.types import Properties

REPORTED: Final = 4
"""How many problems of a resource one message names."""


def _pattern(
    _validator: Any, pattern: str, instance: Any, _schema: object
) -> Iterator[ValidationError]:
    # Python's own `re` does not support \p{...}, which the schemas use.
    if isinstance(instance, str) and not regex.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, _schema: object
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if regex.search(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    patterns = schema.get("patternProperties", {})
    extra = [
        name
        for name in instance
        if name not in schema.get("properties", {})
        and not any(regex.search(pattern, name) for pattern in patterns)
    ]
    if isinstance(allowed, dict):
        for name in extra:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and extra:
        names = ", ".join(map(repr, extra))
        yield ValidationError(f"extraneous key [{names}] is not permitted")


Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)


@cache
def registry_types(region: str) -> frozenset[str]:
    """Every type that the registry of a region has."""
    return frozenset(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))


def every_type() -> frozenset[str]:
    """Every type that the registry of some region has."""
    return frozenset().union(*map(registry_types, REGIONS))


@cache
def schema(region: str, resource_type: str) -> Mapping[str, Any] | None:
    """The schema of a type, or None where the registry of the region has none."""
    try:
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
    except ResourceNotFoundError:
        return None
    content: Mapping[str, Any] = found.schema
    return content


@cache
def _validator(region: str, resource_type: str) -> Any:
    found = schema(region, resource_type)
    return Validator(found) if found else None


def problems(region: str, resource_type: str, properties: Properties) -> list[str]:
    """What is wrong with the properties of a resource, in CloudFormation's words."""
    validator = _validator(region, resource_type)
    if validator is None:
        return []
    # MiniStack adds the tags aws:cloudformation:*, which no template may have.
    errors = validator.iter_errors(_own_tags_only(properties))
    found = sorted((error for error in errors if not _is_coerced(error)), key=_path)
    return [f"#/{_path(error)}: {error.message}"[:300] for error in found[:REPORTED]]


def _own_tags_only(properties: Properties) -> Properties:
    tags = properties.get("Tags")
    if isinstance(tags, list):
        return {**properties, "Tags": [tag for tag in tags if not _is_reserved(tag.get("Key"))]}
    if isinstance(tags, dict):
        return {**properties, "Tags": {k: v for k, v in tags.items() if not _is_reserved(k)}}
    return properties


def _is_reserved(key: object) -> bool:
    return str(key).lower().startswith("aws:")


def _is_coerced(error: ValidationError) -> bool:
    # CloudFormation turns scalars into one another: "80" serves as a number, true as a string.
    if error.validator == "type":
        return not isinstance(error.instance, (dict, list))
    return error.validator == "enum" and str(error.instance) in map(
        str, _listed(error.validator_value)
    )


def _listed(value: Any) -> list[Any]:
    return list(value)


def _path(error: ValidationError) -> str:
    return "/".join(map(str, error.path))
