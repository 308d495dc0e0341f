"""What the pipelines of a stage are for: some score batches, some compare traffic."""

from collections.abc import Iterator
from typing import Final

from mlops_rehearsal.behaviour.stack import Resource, Stack

PIPELINE: Final = "AWS::SageMaker::Pipeline"


def comparing(stack: Stack) -> Iterator[Resource]:
    """Pipelines that compare traffic with a training, by their names."""
    return (p for p in stack.of_type(PIPELINE) if stack.named(p.id).endswith("-monitoring"))


def scoring(stack: Stack) -> Iterator[Resource]:
    """All others: they score batches of data."""
    others = {pipeline.id for pipeline in comparing(stack)}
    return (p for p in stack.of_type(PIPELINE) if p.id not in others)
