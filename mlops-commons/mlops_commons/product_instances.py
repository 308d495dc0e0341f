"""The machines with which projects of each product begin, in which stages, and how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.contract import StageRole
from mlops_commons.instance_types import regions_without
from mlops_commons.stage import Stage

INSTEAD: Final = (
    "name another in project.yml of a project's build repository, and in config/defaults.yml of "
    "its deploy repository"
)
TRAINING, PROCESSING = "training job usage", "processing job usage"
TRANSFORM, ENDPOINT = "transform job usage", "endpoint usage"
FINE_TUNING: Final = ("genai_cv", "llm_finetune")
TABULAR: Final = ("basic", "batch_inference", "byoc")


@dataclass(frozen=True, kw_only=True)
class Instances:
    """How many machines of a type a product uses at once.

    Attributes:
        everywhere: in every stage, not where models are trained alone.
    """

    type: str
    use: str
    count: int
    products: tuple[str, ...]
    everywhere: bool = False

    @property
    def quota(self) -> str:
        """What Service Quotas calls it."""
        return f"{self.type} for {self.use}"


def _of(kind: str, use: str, count: int, *products: str, everywhere: bool = False) -> Instances:
    return Instances(type=kind, use=use, count=count, products=products, everywhere=everywhere)


ROWS: Final = (
    _of("ml.m5.xlarge", TRAINING, 1, *TABULAR),
    _of("ml.m5.xlarge", PROCESSING, 1, *TABULAR, *FINE_TUNING),
    _of("ml.m5.large", ENDPOINT, 2, "basic", "byoc", everywhere=True),
    _of("ml.m5.large", PROCESSING, 1, "basic", "byoc", "batch_inference", everywhere=True),
    _of("ml.m5.large", TRANSFORM, 1, "batch_inference", everywhere=True),
    _of("ml.g5.2xlarge", TRAINING, 1, *FINE_TUNING),
    _of("ml.g5.xlarge", PROCESSING, 1, *FINE_TUNING),
    _of("ml.g5.xlarge", ENDPOINT, 2, *FINE_TUNING, everywhere=True),
)
"""One project of each product; an endpoint has two, since a new version starts beside the old one
(SageMaker Developer Guide, "Blue/Green Deployments"). A test reads the seeds."""


def without_price(stage: Stage) -> Mapping[str, tuple[str, ...]]:
    """The types that a stage's region has no price for, each with the products that start it."""
    wanted = [row for row in ROWS if row.everywhere or stage.role is StageRole.DEV]
    return {
        kind: tuple(dict.fromkeys(n for row in wanted if row.type == kind for n in row.products))
        for kind in dict.fromkeys(row.type for row in wanted)
        if regions_without(kind, (stage.region,))
    }
