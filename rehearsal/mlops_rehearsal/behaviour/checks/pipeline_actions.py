"""The actions of the pipelines of a template."""

from collections.abc import Iterator
from typing import Any

from mlops_rehearsal.behaviour.stack import Resource, Stack


def actions(pipeline: Resource) -> Iterator[Any]:
    """The actions of a pipeline, in its order."""
    for stage in pipeline.properties["Stages"]:
        yield from stage["Actions"]


def provider(action: Any) -> str:
    """Who does an action."""
    return str(action["ActionTypeId"]["Provider"])


def actions_of(stack: Stack, project: Resource) -> Iterator[tuple[Resource, Any]]:
    """The actions that run a build, with their pipelines."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for action in actions(pipeline):
            name = action.get("Configuration", {}).get("ProjectName")
            if provider(action) == "CodeBuild" and name == stack.ref(project.id):
                yield pipeline, action
