"""Which instance types SageMaker has, and in which regions, as far as data that ships knows it."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("instance_types.json")
"""Made by `instance_extraction.py`; it names its sources."""
TYPE: Final = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def source() -> str:
    """What the data is made from, such as `botocore 1.44.5`."""
    return str(_content()["source"])


@cache
def instance_types() -> Mapping[str, frozenset[str]]:
    """The regions in which AWS sells each type; none for a type that no price list has."""
    return {
        f"ml.{family}.{size}": frozenset(regions.split())
        for family, rows in _content()["types"].items()
        for regions, sizes in rows.items()
        for size in sizes.split()
    }


def sold_somewhere(pattern: str) -> bool:
    """Whether SageMaker has a type that a pattern such as `ml.m5.*` means.

    A botocore that is newer than the data knows the types that AWS has brought since.
    """
    return _some(pattern, instance_types()) or _some(pattern, _installed_types())


def _some(pattern: str, types: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in types)


def regions_without(pattern: str, regions: Iterable[str]) -> tuple[str, ...]:
    """The regions whose price lists have none of the types that a pattern means.

    The lists are those of endpoints, processing and transform jobs. No region is named where a
    type is meant that none of them has, since training alone uses it, nor a region without a list.
    """
    meant = [there for name, there in instance_types().items() if fnmatchcase(name, pattern)]
    if not meant or not all(meant):
        return ()
    priced = frozenset().union(*instance_types().values())
    return tuple(r for r in regions if r in priced and not any(r in there for there in meant))


@cache
def _installed_types() -> frozenset[str]:
    """The types that the installed botocore knows."""
    package = find_spec("botocore")
    assert package and package.origin
    folder = Path(package.origin).parent / "data" / "sagemaker"
    found: set[str] = set()
    for file in folder.glob("*/service-2.json.gz"):
        found.update(types_of(json.loads(gzip.decompress(file.read_bytes()))))
    return frozenset(found)


def types_of(model: Mapping[str, Any]) -> frozenset[str]:
    """The instance types of botocore's model of SageMaker, for whatever use."""
    return frozenset(
        name
        for shape in model["shapes"].values()
        for name in shape.get("enum", ())
        if TYPE.fullmatch(name) and name.count(".") == 2
    )
