"""The configuration of one set, cut out of the files without touching the rest."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import yaml

from mlops_commons.config.comments import without_comments_on
from mlops_commons.config.entries import without_entries
from mlops_commons.config.syntax import composed, merged_pairs

SET_LISTS: Final = (
    ("cdk_app_config", "deployments"),
    ("cdk_infra_app_config", "network", "deployments"),
    ("cdk_infra_app_config", "sagemaker", "deployments"),
)
"""Where the files list sets by `set_name`."""


def only_set(text: str, set_name: str) -> str:
    """The file's text with the entries of one set only; everything else stays as it is written.

    Comments directly above a removed entry go with it, and so does every comment that names an
    account of a removed set. Where an entry cannot be cut out by lines (a list in one line, an
    anchor that the rest needs) the file is written from scratch. Applying it again changes nothing.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    root = composed(text)
    others = [
        (node, item)
        for node in _lists(root)
        for item in node.value
        if _set_name(item).lower() != set_name.lower()
    ]
    if root is None or not others:
        return text
    wanted = _selected(root, set_name)
    foreign = _accounts(*(item for _, item in others)) - _accounts(wanted)
    kept = without_entries(text, others)
    if _means(kept, wanted):
        kept = without_comments_on(foreign, kept)
        if not any(account in kept for account in foreign):
            return kept
    return yaml.serialize(wanted, Dumper=yaml.SafeDumper, allow_unicode=True)


def without_sets(text: str, kept: Iterable[str]) -> str:
    """The text without the entries of other sets; one that cannot be cut out by lines stays.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    names = {name.lower() for name in kept}
    root = composed(text)
    others = [
        (node, item)
        for node in _lists(root)
        for item in node.value
        if _set_name(item).lower() not in names
    ]
    cut = without_entries(text, others)
    try:
        composed(cut)
    except yaml.YAMLError:
        return text  # something that stays refers to what would go
    return cut


def _lists(root: yaml.Node | None) -> Iterator[yaml.SequenceNode]:
    for path in SET_LISTS:
        node = root
        for key in path:
            pairs = merged_pairs(node) if isinstance(node, yaml.MappingNode) else ()
            node = {name.value: value for name, value, _ in pairs if _is_text(name)}.get(key)
        if isinstance(node, yaml.SequenceNode):
            yield node


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _set_name(item: yaml.Node) -> str:
    pairs = merged_pairs(item) if isinstance(item, yaml.MappingNode) else ()
    names = {key.value: value.value for key, value, _ in pairs if _is_text(key)}
    return str(names.get("set_name", "")).strip()


def _selected(root: yaml.Node, set_name: str) -> yaml.Node:
    """A copy of the document with one set, without merge keys: nothing else comes along."""
    lists = list(_lists(root))

    def copied(node: yaml.Node) -> yaml.Node:
        if isinstance(node, yaml.SequenceNode):
            items = [i for i in node.value if node not in lists or _set_name(i).lower() == name]
            value: list[object] = [copied(item) for item in items]
            return yaml.SequenceNode(node.tag, value, flow_style=node.flow_style)
        if isinstance(node, yaml.MappingNode):
            pairs = {
                (key.tag, str(key.value)): (copied(key), copied(value))
                for key, value, _ in merged_pairs(node)
            }
            return yaml.MappingNode(node.tag, list(pairs.values()), flow_style=node.flow_style)
        assert isinstance(node, yaml.ScalarNode)
        return yaml.ScalarNode(node.tag, node.value, style=node.style)

    name = set_name.lower()
    return copied(root)


def _accounts(*nodes: yaml.Node) -> set[str]:
    """Every account id in the values below the nodes."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, yaml.MappingNode):
            for key, value, _ in merged_pairs(node):
                found |= _accounts(key, value)
        elif isinstance(node, yaml.SequenceNode):
            found |= _accounts(*node.value)
        else:
            found |= set(re.findall("[0-9]{12}", node.value))
    return found


def _means(text: str, wanted: yaml.Node) -> bool:
    """Whether a text says the same as a document; a list without entries may be empty."""
    try:
        root = composed(text)
    except yaml.YAMLError:
        return False
    return root is not None and _plain(root) == _plain(wanted)


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value, _ in merged_pairs(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value] or None
    return node.value or None
