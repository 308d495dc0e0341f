"""Every key of both files: what it means, what it may be, what it is by default."""

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

import pydantic
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mlops_commons.config.infra_model import CdkInfraAppConfig
from mlops_commons.config.model import CdkAppConfig
from mlops_commons.config.values import Shape

FILES: Final[Mapping[str, type[pydantic.BaseModel]]] = {
    "cdk-app.yml": CdkAppConfig,
    "cdk-infra-app.yml": CdkInfraAppConfig,
}
"""The files by name, and the model of what stands below the root key of each."""
KINDS: Final = {str: "text", int: "number", bool: "true or false"}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key.

    Attributes:
        path: such as `deployments[].stages[].account`, without the root key.
        file: the name of the file that it stands in.
        kind: what a value looks like; `block` and `list` have keys below them.
        default: as it would be written, or what it follows from; empty where there is none.
        required: whether the block that it stands in must have it.
        block: the name of the model of a block; the same blocks have the same keys.
    """

    path: str
    file: str
    kind: str
    default: str
    required: bool
    description: str
    block: str


def keys() -> tuple[Key, ...]:
    """The keys of both files in the order of the models."""
    return tuple(key for file, model in FILES.items() for key in _keys(file, model, ""))


def once(every: Iterable[Key]) -> Iterator[Key]:
    """Each kind of block with its keys once; where it stands again, the first place is named."""
    places: dict[str, str] = {}
    hidden: list[str] = []
    for key in every:
        if any(key.path.startswith(f"{path}{mark}") for path in hidden for mark in (".", "[].")):
            continue
        first = places.setdefault(key.block, key.path) if key.block else key.path
        if first != key.path:
            hidden.append(key.path)
            key = replace(key, description=f"the same keys as `{first}`")
        yield key


def _keys(file: str, model: type[pydantic.BaseModel], above: str) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        name = field.alias or name
        path = f"{above}.{name}" if above else name
        inner, listed = _block(field.annotation)
        description, _, described_default = _description(field, inner).partition("default: ")
        yield Key(
            path=path,
            file=file,
            kind=_kind(field, inner, listed),
            default=_default(field) or described_default,
            required=field.is_required(),
            description=description.removesuffix("; "),
            block=inner.__name__ if inner else "",
        )
        if inner:
            yield from _keys(file, inner, f"{path}[]" if listed else path)


def _block(annotation: Any) -> tuple[type[pydantic.BaseModel] | None, bool]:
    """The model of a block, and whether the key holds a list of such blocks."""
    options = [part for part in _parts(annotation) if part is not type(None)]
    for option in options:
        if isinstance(option, type) and issubclass(option, pydantic.BaseModel):
            return option, False
        if typing.get_origin(option) is tuple:
            inner, _ = _block(typing.get_args(option)[0])
            if inner:
                return inner, True
    return None, False


def _parts(annotation: Any) -> tuple[Any, ...]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _parts(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return tuple(p for option in typing.get_args(annotation) for p in _parts(option))
    return (annotation,)


def _kind(field: FieldInfo, inner: type[pydantic.BaseModel] | None, listed: bool) -> str:
    if inner:
        return "list" if listed else "block"
    options = [part for part in _parts(field.annotation) if part is not type(None)]
    kind = _kind_of(options[0])
    shape = next(_shapes(field.annotation, field.metadata), None)
    if shape is None:
        return kind + _bounds(field)
    what = shape.what.partition(":")[0]
    return f"list, each {what}" if kind.startswith("list") else what


def _kind_of(option: Any) -> str:
    if isinstance(option, type) and issubclass(option, Enum):
        return " or ".join(str(member.value) for member in option)
    origin = typing.get_origin(option)
    if origin is tuple:
        inner = _parts(typing.get_args(option)[0])[0]
        return f"list, each {_kind_of(inner)}"
    if origin is dict:
        return f"mapping to {_kind_of(_parts(typing.get_args(option)[1])[0])}"
    return KINDS.get(option, "text")


def _shapes(annotation: Any, metadata: list[Any]) -> Iterator[Shape]:
    yield from (entry for entry in metadata if isinstance(entry, Shape))
    for option in (annotation, *typing.get_args(annotation)):
        if typing.get_origin(option) is typing.Annotated:
            yield from (e for e in option.__metadata__ if isinstance(e, Shape))


def _bounds(field: FieldInfo) -> str:
    """The least and the most of a number, where the model has them."""
    metadata = list(field.metadata)
    for option in typing.get_args(field.annotation):
        for entry in getattr(option, "__metadata__", ()):
            metadata += entry.metadata if isinstance(entry, FieldInfo) else [entry]
    least = next((m.ge for m in metadata if hasattr(m, "ge")), None)
    most = next((m.le for m in metadata if hasattr(m, "le")), None)
    return "" if least is None else f" from {least} to {most}"


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined or value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(str(entry) for entry in value)
    return str(value)


def _description(field: FieldInfo, inner: type[pydantic.BaseModel] | None) -> str:
    if field.description or inner is None:
        return field.description or ""
    return (inner.__doc__ or "").strip().partition("\n")[0].rstrip(".")
