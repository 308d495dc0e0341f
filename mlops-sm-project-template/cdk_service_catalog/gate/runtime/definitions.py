"""What expressions in the definition of a pipeline stand for, as far as the definition says.

SageMaker joins pieces and fills in parameters when a run starts, so an address or an image that is
written in pieces would be one that no rule has read.

Source: SageMaker Pipeline Definition JSON Schema, `Get` and `Std:Join`; SageMaker Developer Guide,
"Pipeline parameters": a parameter has its default unless a run is started with another value.
"""

from collections.abc import Mapping
from typing import Any, Final

from .values import unknown

GET, JOIN, FUNCTIONS = "Get", "Std:Join", "Std:"
PARAMETERS: Final = "Parameters."


def written_out(content: Any) -> Any:
    """A definition with pieces joined, and parameters replaced by their defaults.

    What only a run knows becomes an unknown; see `values`.
    """
    rows = content.get("Parameters") if isinstance(content, Mapping) else None
    given = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return _filled(content, {str(row.get("Name")): row.get("DefaultValue") for row in given})


def _filled(value: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(inner, defaults) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == GET:
            return _got(argument, defaults)
        if name == JOIN:
            return _joined(argument, defaults)
        if name.startswith(FUNCTIONS):
            return unknown(name)
    return {name: _filled(inner, defaults) for name, inner in value.items()}


def _got(source: Any, defaults: Mapping[str, Any]) -> Any:
    is_parameter = isinstance(source, str) and source.startswith(PARAMETERS)
    default = defaults.get(source.removeprefix(PARAMETERS)) if is_parameter else None
    return unknown(f"{GET}:{source}") if default is None else default


def _joined(argument: Any, defaults: Mapping[str, Any]) -> str:
    given = argument if isinstance(argument, Mapping) else {}
    pieces, between = given.get("Values"), given.get("On")
    if not isinstance(pieces, list) or not isinstance(between, str):
        return unknown(JOIN)
    filled = [_filled(piece, defaults) for piece in pieces]
    return between.join(map(str, filled))
