"""The kinds of values in the configuration files, each read from text."""

import difflib
import ipaddress
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import botocore
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

ACCOUNT_PATTERN = r"^\d{12}$"


class ConfigModel(BaseModel):
    """A block of a file: no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@cache
def known_regions() -> frozenset[str]:
    """The regions of all partitions in botocore's own data."""
    file = Path(botocore.__file__).parent / "data" / "endpoints.json"
    partitions = json.loads(file.read_text(encoding="utf-8"))["partitions"]
    return frozenset(region for part in partitions for region in part["regions"])


def nearest(value: str, known: Mapping[str, Any] | list[str] | frozenset[str]) -> str:
    """`did you mean ...` for the closest known text, or nothing."""
    close = difflib.get_close_matches(value, list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(repr(word) for word in close)}" if close else ""


def _trimmed(value: Any) -> Any:
    return str(value).strip() if isinstance(value, str | int) else value


def _account(value: str) -> str:
    if not re.fullmatch(ACCOUNT_PATTERN[1:-1], value):
        raise ValueError(f"'{value}' is not an account id: 12 digits are needed")
    return value


def _region(value: str) -> str:
    region = value.lower()
    if region not in known_regions():
        same = sorted(r for r in known_regions() if r.split("-")[0] == region.split("-")[0])
        hint = nearest(region, known_regions()) or f"allowed there: {', '.join(same)}"
        raise ValueError(f"'{value}' is not a region of AWS; {hint}")
    return region


def _network(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"'{value}' is not an IPv4 network such as 10.0.0.0/16: {error}") from None
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f"'{value}' has the mask /{network.prefixlen}; a VPC allows /16 to /28")
    return value


def shaped(pattern: str, what: str) -> AfterValidator:
    """A check of a whole text against a pattern, named in the message."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"'{value}' is not {what}; it must match {pattern}")
        return value

    return AfterValidator(check)


Text = Annotated[str, BeforeValidator(_trimmed)]
Account = Annotated[Text, AfterValidator(_account), Field(description="12 digits")]
Region = Annotated[Text, AfterValidator(_region), Field(description="such as eu-west-1")]
NetworkRange = Annotated[Text, AfterValidator(_network)]
Identifier = Annotated[
    Text, shaped(r"[A-Za-z][A-Za-z0-9-]*", "a name of letters, digits and hyphens")
]
SetName = Annotated[
    Text, shaped(r"[A-Za-z0-9][A-Za-z0-9_-]*", "a set name of letters, digits, hyphens")
]
