"""What a synthesised cloud assembly would deploy, read from its manifests without the CDK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError

GOVERNANCE: Final = "governance"
"""The role of the account whose stacks the CDK CLI deploys itself, outside any pipeline stage."""


@dataclass(frozen=True, kw_only=True)
class StackSummary:
    """One stack: where it goes and how large it is.

    Attributes:
        role: `governance`, or the pipeline stage that delivers the stack, such as `dev`.
        account: twelve digits, or `unknown-account` for an environment-agnostic stack.
        template: the template's file, relative to the assembly.
        resources: the number of resources in the template.
        execution_role: the name of the role with which CloudFormation makes it; empty for that of
            the caller.
    """

    role: str
    account: str
    region: str
    stack: str
    resources: int = 0
    description: str = ""
    template: str = ""
    execution_role: str = ""


def read_stacks(assembly: Path) -> tuple[StackSummary, ...]:
    """Every stack of an assembly, its nested assemblies included, in the order of the manifests.

    Raises:
        PlatformError: the folder is not a complete cloud assembly.
    """
    try:
        return tuple(_stacks(assembly, assembly, GOVERNANCE))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise PlatformError(
            f"'{assembly}' is not a readable cloud assembly: {error!r}",
            hint="synthesise it again with: ./mlops-multi-account.sh infra synth --force",
        ) from error


def _stacks(assembly: Path, directory: Path, role: str) -> Iterator[StackSummary]:
    artifacts = _read(directory / "manifest.json")["artifacts"]
    nested = []
    for artifact in artifacts.values():
        if artifact["type"] == "aws:cloudformation:stack":
            yield _stack(assembly, directory, artifact, role)
        elif artifact["type"] == "cdk:cloud-assembly":
            nested.append(artifact["properties"])
    for properties in nested:
        stage = str(properties["displayName"]).rpartition("/")[2]
        yield from _stacks(assembly, directory / properties["directoryName"], stage)


def _stack(assembly: Path, directory: Path, artifact: dict[str, Any], role: str) -> StackSummary:
    file = directory / artifact["properties"]["templateFile"]
    template = _read(file)
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    return StackSummary(
        role=role,
        account=account,
        region=region,
        stack=artifact["properties"].get("stackName", file.name.partition(".")[0]),
        resources=len(template.get("Resources", {})),
        description=template.get("Description", ""),
        template=file.relative_to(assembly).as_posix(),
        execution_role=artifact["properties"]
        .get("cloudFormationExecutionRoleArn", "")
        .rpartition("/")[2],
    )


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content
