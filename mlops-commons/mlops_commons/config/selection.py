"""The configuration of one set, cut out of the files without touching the rest."""

from collections.abc import Iterator

import yaml

SET_LISTS = (
    ("cdk_app_config", "deployments"),
    ("cdk_infra_app_config", "network", "deployments"),
    ("cdk_infra_app_config", "sagemaker", "deployments"),
)
"""Where the files list sets by `set_name`."""


def only_set(text: str, set_name: str) -> str:
    """The file's text with the entries of one set only; everything else stays as it is written.

    Comments directly above a removed entry go with it. Applying it again changes nothing.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    lists = [node for path in SET_LISTS if (node := _find(root, path))]
    others = [
        (node, item)
        for node in lists
        for item in node.value
        if _set_name(item).lower() != set_name.lower()
    ]
    if not others:
        return text
    if any(node.flow_style for node, _ in others):
        return _dumped(text, set_name)
    lines = text.splitlines(keepends=True)
    removed: set[int] = set()
    for node, item in others:
        removed.update(_lines_of(node, item, lines))
    kept = "".join(line for number, line in enumerate(lines) if number not in removed)
    # A list without entries would read as null, which is absent: that is what is meant.
    return kept


def _find(node: yaml.Node | None, path: tuple[str, ...]) -> yaml.SequenceNode | None:
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for name, value in node.value if name.value == key), None)
    return node if isinstance(node, yaml.SequenceNode) else None


def _set_name(item: yaml.Node) -> str:
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return next((str(value.value).strip() for key, value in pairs if key.value == "set_name"), "")


def _lines_of(node: yaml.SequenceNode, item: yaml.Node, lines: list[str]) -> Iterator[int]:
    """The lines of an entry, from the comments above it to the next entry or the list's end."""
    index = node.value.index(item)
    starts = [_first_line(entry.start_mark.line, lines) for entry in node.value]
    yield from range(
        starts[index], starts[index + 1] if index + 1 < len(starts) else _end(node, lines)
    )


def _first_line(line: int, lines: list[str]) -> int:
    while line > 0 and not lines[line].lstrip().startswith("- "):
        line -= 1
    while line > 0 and lines[line - 1].lstrip().startswith("#"):
        line -= 1
    return line


def _end(node: yaml.SequenceNode, lines: list[str]) -> int:
    """The line after the last entry; less indented comments there belong to what follows."""
    end = min(node.end_mark.line, len(lines))
    indent = node.start_mark.column
    while end > 0 and _is_remark(lines[end - 1], indent):
        end -= 1
    return end


def _is_remark(line: str, indent: int) -> bool:
    stripped = line.lstrip()
    return not stripped or (stripped.startswith("#") and len(line) - len(stripped) < indent)


def _dumped(text: str, set_name: str) -> str:
    """The file written anew, all values as quoted text; for lists in one line, `[{...}, {...}]`."""
    content = yaml.load(text, Loader=yaml.BaseLoader)
    for path in SET_LISTS:
        block = content
        for key in path[:-1]:
            block = block.get(key) or {} if isinstance(block, dict) else {}
        if isinstance(block, dict) and isinstance(block.get(path[-1]), list):
            block[path[-1]] = [
                entry
                for entry in block[path[-1]]
                if str(entry.get("set_name", "")).strip().lower() == set_name.lower()
            ]
    return yaml.safe_dump(content, sort_keys=False, default_style=None, allow_unicode=True)
