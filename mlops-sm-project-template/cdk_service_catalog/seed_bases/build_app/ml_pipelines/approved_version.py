"""The approved version of a project's model, which a new one must not be worse than."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ml_pipelines.settings import Settings

VERSION, MODEL, SHA256 = "ApprovedVersion", "ApprovedModelUri", "ApprovedModelSha256"
"""Parameters of a pipeline that compares. SageMaker has no step that reads its registry, and jobs
have no network: the build looks the version up, and writes it into the definition for these."""
NONE = "none"
SEALED = r"s3://{bucket}/registered/([0-9a-f]{{64}})/model\.tar\.gz"


class NotSealed(Exception):
    """The approved version's model is not what was registered; nothing can be compared with it."""


def approved_version(sagemaker: Any, settings: Settings) -> Mapping[str, str]:
    """The values of the parameters for the newest approved version; none where nothing is approved.

    Raises:
        NotSealed: its model lies elsewhere, or under another hash than was registered.
    """
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=settings.model_package_group_name,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        # The default is ascending, the oldest version first.
        SortOrder="Descending",
    )
    newest = next((row for page in pages for row in page["ModelPackageSummaryList"]), None)
    if newest is None:
        return {}
    arn: str = newest["ModelPackageArn"]
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    recorded = described.get("CustomerMetadataProperties", {}).get("ModelSha256")
    containers = described.get("InferenceSpecification", {}).get("Containers", [])
    uris = [str(container.get("ModelDataUrl", "")) for container in containers]
    found = re.fullmatch(SEALED.format(bucket=re.escape(settings.artifact_bucket)), " ".join(uris))
    if not found or found[1] != recorded:
        raise NotSealed(
            f"{arn} is approved, and its model {uris} is not sealed in "
            f"s3://{settings.artifact_bucket}/registered/ as '{recorded}': nothing may be compared "
            "with it; reject that version in the model registry, and push again"
        )
    return {VERSION: arn, MODEL: uris[0], SHA256: found[1]}


def compares(definition: str) -> bool:
    """Whether a pipeline has a use for the approved version."""
    return any(row["Name"] == VERSION for row in json.loads(definition)["Parameters"])


def settled(definition: str, values: Mapping[str, str]) -> str:
    """A pipeline's definition with the approved version in place of its parameters.

    Who may start an execution, in Studio or by a call, does not choose what is compared with.

    Args:
        values: of the parameters; those that are missing are their defaults.
    """
    content = json.loads(definition)
    own = [row for row in content["Parameters"] if row["Name"] in (VERSION, MODEL, SHA256)]
    content["Parameters"] = [row for row in content["Parameters"] if row not in own]
    known = {
        f"Parameters.{row['Name']}": values.get(row["Name"], row["DefaultValue"]) for row in own
    }
    return json.dumps(_replaced(content, known))


def _replaced(content: Any, known: Mapping[str, str]) -> Any:
    if isinstance(content, dict):
        if content.keys() == {"Get"} and content["Get"] in known:
            return known[content["Get"]]
        return {name: _replaced(value, known) for name, value in content.items()}
    if isinstance(content, list):
        return [_replaced(value, known) for value in content]
    return content
