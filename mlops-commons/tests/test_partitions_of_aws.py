"""What ends the names of services in each partition is what botocore's data says."""

import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from mlops_commons.utilities.partitions import PARTITIONS, partition_by_region

pytestmark = pytest.mark.pure

ROWS: dict[str, Any] = {
    row["id"]: row
    for row in json.loads(
        (Path(botocore.__file__).parent / "data" / "partitions.json").read_text(encoding="utf-8")
    )["partitions"]
}


@pytest.mark.parametrize("known", PARTITIONS.values(), ids=lambda known: known.name)
def test_names_end_as_botocore_has_it(known: Any) -> None:
    outputs = ROWS[known.name]["outputs"]
    assert known.suffix == outputs["dnsSuffix"]
    assert known.dual_stack == outputs["dualStackDnsSuffix"]


def test_every_region_is_of_its_partition_and_isolated_ones_are_of_none() -> None:
    """Regions of `aws-iso` and its siblings lack CodePipeline, so nothing is delivered there."""
    for name, row in ROWS.items():
        for region in row["regions"]:
            if not region.endswith("-global") and not name.startswith("aws-iso"):
                assert partition_by_region(region).name == name, region
