"""What a project's builds may write, and what its events say, read from its template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mlops_commons.assembly.templates import Template, resources
from mlops_commons.diagrams.values import text

WRITES: Final = {
    "ecr:PutImage": "pushes images",
    "s3:PutObject": "writes artifacts",
    "sagemaker:CreateModelPackage": "registers versions",
}
"""What a permission to write means for the picture."""
EVENTS: Final = {
    "CodeCommit Repository State Change": ("push to {}", "referenceName"),
    "CodePipeline Pipeline Execution State Change": ("pipeline {}", "state"),
    "CodePipeline Action Execution State Change": ("action {}", "state"),
    "SageMaker Model Package State Change": ("version {}", "ModelApprovalStatus"),
    "SageMaker Model Building Pipeline Execution Step Status Change": (
        "step {}",
        "currentStepStatus",
    ),
    "SageMaker Model Building Pipeline Execution Status Change": (
        "training {}",
        "currentPipelineExecutionStatus",
    ),
    "CodeBuild Build Phase Change": ("end that no step tells", "completed-phase"),
}
"""Words for an event by its detail type, and the detail that completes them."""
WAITS: Final = {"PendingManualApproval": "waits"}
"""Words for a value that is no word."""


def alternatives(pattern: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The patterns of which a rule takes any: all of its `$or`, or it alone."""
    found: Sequence[Mapping[str, Any]] = pattern.get("$or", (pattern,))
    return found


def event(pattern: Mapping[str, Any]) -> str:
    """An event pattern in words, such as `push to main`."""
    words, detail = EVENTS[pattern["detail-type"][0]]
    values = [WAITS.get(value, str(value)) for value in pattern["detail"][detail]]
    return words.format(" or ".join(values)).lower()


def registers(product: Template, project: str, variables: Mapping[str, str]) -> bool:
    """Whether what a CodeBuild project starts registers versions: it trains."""
    return "sagemaker:CreateModelPackage" in dict(writes(product, project, variables))


def writes(product: Template, project: str, variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the builds of a CodeBuild project may write, also with roles that they pass on.

    Returns:
        permissions of `WRITES`, each with what it may be used on: a logical id or a name.
    """
    found = dict(resources(product, "AWS::CodeBuild::Project"))[project]
    roles = [text(found["ServiceRole"], variables)]
    written = []
    for role in roles:
        for action, resource in _allowed(product, role, variables):
            if action in WRITES:
                written.append((action, resource))
            elif action == "iam:PassRole":
                roles += [
                    name for name in _roles(product, resource, variables) if name not in roles
                ]
    return written


def _allowed(
    product: Template, role: str, variables: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for _, policy in resources(product, "AWS::IAM::ManagedPolicy"):
        if role in [text(value, variables) for value in policy["Roles"]]:
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    yield from _pairs(statement, variables)


def _pairs(statement: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for action in statement["Action"]:
        for resource in statement["Resource"]:
            yield action, _named(text(resource, variables))


def _named(arn: str) -> str:
    """What an ARN names, or the logical id in a text such as `ArtifactBucket/*`."""
    if arn.startswith("arn:"):
        return arn.split(":", 5)[5].partition("/")[2]
    return arn.partition("/")[0]


def _roles(product: Template, name: str, variables: Mapping[str, str]) -> Iterator[str]:
    for key, role in resources(product, "AWS::IAM::Role"):
        if text(role.get("RoleName", ""), variables) == name:
            yield key
