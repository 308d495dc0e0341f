"""Which key of a file fills which field of `stage`."""

from dataclasses import fields
from typing import Any

from mlops_commons.config.values import ConfigModel


def filled_fields(model: type[ConfigModel], kind: type[Any]) -> dict[str, str]:
    """The keys of a block that fill a field, each with the field's name.

    A key is named as the field that it fills; `vpc_` may stand in front of it, as the keys of a
    network have it.
    """
    known = {field.name for field in fields(kind)}
    pairs = {key: key if key in known else key.removeprefix("vpc_") for key in model.model_fields}
    return {key: name for key, name in pairs.items() if name in known}


def named_values(kind: type[Any], *blocks: ConfigModel) -> dict[str, Any]:
    """The fields of a type of `stage` that blocks name; a later block wins."""
    return {
        name: getattr(block, key)
        for block in blocks
        for key, name in filled_fields(type(block), kind).items()
        if key in block.model_fields_set
    }
