"""Pipelines of type V1 that use what only V2 has.

CodePipeline User Guide, "What type of pipeline is right for me?" and the property `PipelineType`.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final

from ministack_aws.engine.types import Attributes, Properties, ResourceHandlers

OF_A_PIPELINE: Final = ("Variables", "Triggers")
OF_A_STAGE: Final = ("BeforeEntry", "OnSuccess", "OnFailure")
MODES: Final = ("QUEUED", "PARALLEL")


def register(handlers: ResourceHandlers) -> None:
    """Check each pipeline that is made or changed."""
    handler = handlers["AWS::CodePipeline::Pipeline"]
    handler["create"] = _checked(handler["create"], 1)
    handler["update"] = _checked(handler["update"], 2)


def features_of_v2(properties: Properties) -> Iterator[str]:
    """What a pipeline has that needs the type V2."""
    yield from (name for name in OF_A_PIPELINE if properties.get(name))
    for stage in properties.get("Stages") or ():
        yield from (f"{stage['Name']}.{name}" for name in OF_A_STAGE if stage.get(name))
    if properties.get("ExecutionMode") in MODES:
        yield f"ExecutionMode {properties['ExecutionMode']}"


def _checked(
    change: Callable[..., tuple[str, Attributes]], position: int
) -> Callable[..., tuple[str, Attributes]]:
    @functools.wraps(change)
    def checked(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties = arguments[position]
        found = list(features_of_v2(properties))
        # Without a type it is V1: API_PipelineDeclaration, pipelineType.
        if found and properties.get("PipelineType", "V1") != "V2":
            raise ValueError(
                f"Pipeline {properties.get('Name', '')} uses {', '.join(found)}, which only "
                "pipelines of type V2 have (Error Code: InvalidStructureException)"
            )
        return change(*arguments, **options)

    return checked
