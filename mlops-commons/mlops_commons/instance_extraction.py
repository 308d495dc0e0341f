"""Makes `instance_types.json` from botocore's model of SageMaker and cfn-lint's price lists.

Botocore says which types there are for any use; cfn-lint has from AWS's price lists which of them
are sold in which region for endpoints, processing jobs and transform jobs.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mlops_commons.instance_types import FILE, TYPE, types_of
from mlops_commons.region_extraction import packaged

MODEL: Final = "sagemaker/2017-07-24/service-2.json.gz"
PRICED: Final = ("hosting", "processing", "transform")
"""The uses of which cfn-lint has the price lists."""


def generated() -> Mapping[Path, str]:
    """The file with its text."""
    regions = dict(_regions())
    model = json.loads(gzip.decompress(packaged("botocore", MODEL)))
    types: dict[str, dict[str, list[str]]] = {}
    for name in sorted(types_of(model) | regions.keys(), key=_by_size):
        _, family, size = name.split(".")
        there = " ".join(sorted(regions.get(name, ())))
        types.setdefault(family, {}).setdefault(there, []).append(size)
    rows = {family: {r: " ".join(s) for r, s in found.items()} for family, found in types.items()}
    sources = ", ".join(f"{package} {version(package)}" for package in ("botocore", "cfn-lint"))
    # One family a line: a new version of a source shows what it changed.
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return {FILE: f'{{\n "source": {json.dumps(sources)},\n "types": {{\n{body}\n }}\n}}\n'}


def _by_size(name: str) -> tuple[str, int, str]:
    """Families by name, sizes from small to large."""
    _, family, size = name.split(".")
    digits = size.removesuffix("xlarge")
    return family, int(digits) if digits.isdecimal() else 0, size


def _regions() -> Iterator[tuple[str, set[str]]]:
    """The regions of each type that has a price."""
    found: dict[str, set[str]] = {}
    for use in PRICED:
        file = f"schemas/extensions/aws_sagemaker_{use}/instancetype_enum.json"
        for region, schema in json.loads(packaged("cfnlint", file)).items():
            for name in schema["enum"] if isinstance(schema, Mapping) else ():
                if TYPE.fullmatch(name):
                    found.setdefault(name, set()).add(region)
    yield from found.items()
