"""Which resource types and which IAM actions AWS has, as far as data that ships knows them."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("service_reference.json")
"""Made by `service_extraction.py`; it names its sources."""


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def source_of(section: str) -> str:
    """What a section of the data is made from, such as `cfn-lint 1.58.0`."""
    return str(_content()["sources"][section])


@cache
def resource_types() -> frozenset[str]:
    """The types of CloudFormation, those of any region."""
    rows = _content()["types"].items()
    return frozenset(f"{service}::{name}" for service, names in rows for name in names.split())


@cache
def actions(section: str = "actions") -> Mapping[str, tuple[str, ...]]:
    """The names of a service's actions by its prefix.

    Args:
        section: `actions`, of the Service Authorization Reference, or `operations`, which calls
            and schemas of AWS's have and the reference has not (yet).
    """
    return {service: tuple(names.split()) for service, names in _content()[section].items()}


def has_action(pattern: str, section: str = "actions") -> bool:
    """Whether some action is meant by a text such as `s3:Get*`, in any letter case.

    IAM does not tell cases of actions apart (IAM User Guide, "IAM JSON policy elements: Action").
    """
    prefix, _, name = pattern.lower().partition(":")
    if pattern == "*":
        return True
    return any(fnmatchcase(known.lower(), name) for known in actions(section).get(prefix, ()))
