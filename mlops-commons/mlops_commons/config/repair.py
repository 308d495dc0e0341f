"""Stand-ins for broken values, so that one mistake does not hide the others in the report."""

from typing import Any, Final

from pydantic_core import ErrorDetails

from mlops_commons.config.document import KeyPath

KEPT: Final = frozenset({"account", "region", "default_region", "set_name", "stage_name"})
"""Texts that stay as they are written when only their shape is wrong."""
MOST_KEPT: Final = dict.fromkeys(("account", "region", "default_region"), 20)
"""Characters of those that stand at the end of names which are shortened before it."""
STAND_INS: Final[dict[str, Any]] = {
    **dict.fromkeys(KEPT, "?"),
    **{key: {} for key in ("cdk_app_config", "pipeline")},
}
"""For required keys that are absent; without any other one its whole block is left out."""


def is_kept(detail: ErrorDetails) -> bool:
    """Whether a value of a wrong shape is good enough for further checks."""
    key = detail["loc"][-1] if detail["loc"] else ""
    if detail["type"] != "value_error" or key not in KEPT:
        return False
    return key not in MOST_KEPT or len(detail["input"]) <= MOST_KEPT[str(key)]


def repaired(content: Any, detail: ErrorDetails) -> Any:
    """A copy of the content in which one error is taken out."""
    path = detail["loc"]
    if is_kept(detail):
        return content
    if not path:
        return {}
    if detail["type"] == "missing":
        if path[-1] in STAND_INS:
            return _changed(content, path, STAND_INS[str(path[-1])])
        return _without(content, path[:-1])
    if detail["type"] == "model_type":
        return _changed(content, path, {})
    return _without(content, path)


def _without(content: Any, path: KeyPath) -> Any:
    """Without the key; for an entry its whole list goes, so that no other one is renumbered."""
    if isinstance(path[-1], int):
        return _without(content, path[:-1])
    return _changed(content, path, None)


def _changed(content: Any, path: KeyPath, value: Any) -> Any:
    """A copy with a value at a path; None takes the key out."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return [
            _changed(entry, rest, value) if index == first else entry
            for index, entry in enumerate(content)
        ]
    if not isinstance(content, dict) or (rest and first not in content):
        return content  # an error further out has taken the place of this one already
    changed = _changed(content.get(first), rest, value)
    others = {key: entry for key, entry in content.items() if key != first}
    return others if changed is None else {**content, str(first): changed}
