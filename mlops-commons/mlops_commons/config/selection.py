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
ROLES_OF_ACCOUNTS: Final = ("cdk_app_config", "portfolio", "role_arns")
"""A list of roles, each for the set that has its account."""
Entry = tuple[yaml.SequenceNode, yaml.Node]
"""A list and one of its entries."""


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
    roles = list(_roles(root))
    own = _accounts(_without(root, [*others, *roles]))
    foreign = _accounts(*(item for _, item in others)) - own
    others += [(node, item) for node, item in roles if _accounts(item) & foreign]
    wanted = _without(root, others)
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
        node = _at(root, path)
        if isinstance(node, yaml.SequenceNode):
            yield node


def _at(root: yaml.Node | None, path: Iterable[str]) -> yaml.Node | None:
    """What stands at a path of keys."""
    node = root
    for key in path:
        pairs = merged_pairs(node) if isinstance(node, yaml.MappingNode) else ()
        node = {name.value: value for name, value, _ in pairs if _is_text(name)}.get(key)
    return node


def _roles(root: yaml.Node) -> Iterator[Entry]:
    node = _at(root, ROLES_OF_ACCOUNTS)
    if isinstance(node, yaml.SequenceNode):
        yield from ((node, item) for item in node.value)


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _set_name(item: yaml.Node) -> str:
    pairs = merged_pairs(item) if isinstance(item, yaml.MappingNode) else ()
    names = {key.value: value.value for key, value, _ in pairs if _is_text(key)}
    return str(names.get("set_name", "")).strip()


def _without(root: yaml.Node, entries: Iterable[Entry]) -> yaml.Node:
    """A copy of the document without entries of lists, and without merge keys."""
    gone = {(id(node), id(item)) for node, item in entries}

    def copied(node: yaml.Node) -> yaml.Node:
        if isinstance(node, yaml.SequenceNode):
            value = [copied(item) for item in node.value if (id(node), id(item)) not in gone]
            return yaml.SequenceNode(node.tag, value, flow_style=node.flow_style)
        if isinstance(node, yaml.MappingNode):
            pairs = {
                (key.tag, str(key.value)): (copied(key), copied(value))
                for key, value, _ in merged_pairs(node)
            }
            return yaml.MappingNode(node.tag, list(pairs.values()), flow_style=node.flow_style)
        assert isinstance(node, yaml.ScalarNode)
        return yaml.ScalarNode(node.tag, node.value, style=node.style)

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
