"""Every instance type that a seed begins with is one that SageMaker has for that use.

botocore's model of SageMaker lists the types of each use apart: one that trains may not serve.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.truth.calls import model

pytestmark = pytest.mark.pure

SEEDS = REPOSITORY_ROOT / "mlops-sm-project-template" / "cdk_service_catalog"
TYPE = re.compile(r"""["'](ml\.[a-z0-9-]+\.\w+)["']""")
USES = {
    "training": "TrainingInstanceType",
    "processing": "ProcessingInstanceType",
    "transform": "TransformInstanceType",
    "inference_instance": "ProductionVariantInstanceType",
    "inference:": "ProductionVariantInstanceType",
    "variant": "ProductionVariantInstanceType",
    "monitoring": "ProcessingInstanceType",
}
"""By a word of the line, or the section of a configuration, the list of types."""
Found = tuple[str, str, str]
"""Place, use and type."""


def found_in(folder: Path) -> Iterator[Found]:
    for file in sorted(f for f in folder.rglob("*.py") if not f.name.startswith("test_")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            words = [word for word in USES if word in line.lower()]
            for name in TYPE.findall(line):
                yield f"{file.name}:{number}", words[0] if words else "", name
    for file in sorted(folder.rglob("defaults.yml")):
        for section, values in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            if isinstance(values, dict) and "instance_type" in values:
                yield f"{file.name} {section}", section, values["instance_type"]


def refused(found: Iterator[Found]) -> list[str]:
    return [
        f"{place}: {use or 'a use that no word names'}: {name}"
        for place, use, name in found
        if use not in USES or name not in model("sagemaker").shape_for(USES[use]).enum
    ]


def test_every_instance_type_of_a_seed_is_there_for_its_use() -> None:
    found = list(found_in(SEEDS))
    assert {use for _, use, _ in found} == set(USES)
    assert refused(iter(found)) == []


@pytest.mark.parametrize(
    ("line", "use"),
    [
        ('training_instance: str = "ml.g5.2xlarg"', "training"),
        ('training_instance: str = "ml.t2.medium"', "training"),
        ('inference_instance: str = "ml.p3dn.24xlarges"', "inference_instance"),
        ('something: str = "ml.m5.large"', ""),
    ],
)
def test_a_type_that_is_not_there_for_its_use_is_found(line: str, use: str, tmp_path: Path) -> None:
    (tmp_path / "product.py").write_text(line)
    assert [found[1] for found in found_in(tmp_path)] == [use]
    assert len(refused(found_in(tmp_path))) == 1
