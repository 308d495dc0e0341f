"""In which regions CloudFormation makes which resource type, as far as data that ships knows it."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("resource_regions.json")
"""Made by `region_extraction.py`; it names its source."""


@cache
def _lacking() -> Mapping[str, frozenset[str]]:
    """The regions that lack a type, of the types that some region lacks."""
    services = json.loads(FILE.read_text(encoding="utf-8"))["lacking"]
    return {
        f"{service}::{name}": frozenset(regions.split())
        for service, rows in services.items()
        for regions, names in rows.items()
        for name in names.split()
    }


def types_missing(region: str, types: Iterable[str]) -> tuple[str, ...]:
    """Which of some types a region lacks; none where nothing is known of it, nor of a type."""
    return tuple(name for name in types if region in _lacking().get(name, ()))
