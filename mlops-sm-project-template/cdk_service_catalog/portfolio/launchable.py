"""What Service Catalog cannot launch, found before anybody tries."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdk_service_catalog.project.props import Template
from mlops_commons.utilities.cloudformation import sub

BOUNDED: Final = frozenset({"AWS::IAM::Role", "AWS::IAM::User"})
NESTED: Final = "AWS::CloudFormation::Stack"
MOST_BYTES: Final = 1024**2
MOST_PARAMETERS: Final = 200
"""CloudFormation User Guide, "Understand CloudFormation quotas", template body size in an Amazon S3
object, and parameters."""


def launchable_problems(
    template: Template,
    manifest: Mapping[str, Any],
    *,
    boundary_arn: str,
) -> list[str]:
    """Why a launch of a product would fail or give a project more than projects may have.

    Args:
        manifest: the files and images that the template refers to.
        boundary_arn: of the boundary of projects, in the words of `Fn::Sub`.
    """
    resources = template.get("Resources", {})
    return [
        *_boundaries(resources, sub(boundary_arn)),
        *(
            f"'{logical_id}' is a nested stack; put its resources into the product's own stack, "
            "because a launch has no place for further templates"
            for logical_id, resource in resources.items()
            if resource["Type"] == NESTED
        ),
        *(
            f"container image '{_image(image)}' cannot be published with a product; build it in "
            "the project's own pipeline (image_repository=True) or name an image in a registry"
            for image in manifest.get("dockerImages", {}).values()
        ),
        *([] if resources else ["the template has no resources"]),
        *_too_much(template),
    ]


def as_text(template: Template) -> str:
    """A template as it is published."""
    return json.dumps(template, indent=1)


def _too_much(template: Template) -> Iterator[str]:
    size, parameters = len(as_text(template).encode()), len(template.get("Parameters", {}))
    if size > MOST_BYTES:
        yield f"the template has {size:,} bytes; CloudFormation takes {MOST_BYTES:,}"
    if parameters > MOST_PARAMETERS:
        yield f"the template has {parameters} parameters; CloudFormation takes {MOST_PARAMETERS}"


def _boundaries(resources: Mapping[str, Any], wanted: Mapping[str, str]) -> Iterator[str]:
    for logical_id, resource in resources.items():
        if resource["Type"] not in BOUNDED:
            continue
        found = resource.get("Properties", {}).get("PermissionsBoundary")
        if found != wanted:
            kind = resource["Type"].removeprefix("AWS::IAM::").lower()
            what = f"has the permissions boundary {found}" if found else "has no boundary"
            yield (
                f"{kind} '{logical_id}' {what}; allowed: {wanted['Fn::Sub']}, which every role "
                "gets by itself unless the stack clears or replaces it"
            )


def _image(entry: Mapping[str, Any]) -> str:
    return str(entry["source"].get("directory") or entry["source"].get("executable"))
