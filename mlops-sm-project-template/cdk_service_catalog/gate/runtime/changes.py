"""What a delivery changes, beside the last one that a stage has taken."""

import io
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from .settings import Refused
from .templates import MAXIMUM_TEMPLATE, file_of, parse

MAXIMUM_KINDS: Final = 52
"""Characters; three such lists are part of an approval, which has 1,000 (API_ActionDeclaration)."""
PAGES: Final = 20
FIRST: Final = "nothing to compare with"
"""The first delivery, or one whose history or artifact is gone."""
NOTHING: Final = "no changes"
BESIDES: Final = ("Conditions", "Mappings", "Parameters")
"""Sections by which resources change that are written as before."""
SHOWN_FIRST: Final = ("AWS::IAM::", "AWS::S3::BucketPolicy", "AWS::SageMaker::Endpoint")
"""What gives access, and what serves."""


def last_delivered(codepipeline: Any, s3: Any, pipeline: str, stage: str) -> Mapping[str, Any]:
    """The template that a stage has taken last; empty where there is none any more.

    CodePipeline keeps the history of actions for a year, and the bucket artifacts for half of it.

    Source: API_ListActionExecutions: the input artifacts of each action, with their S3 location.
    """
    place = _artifact(codepipeline, pipeline, f"Prepare-{stage}", f"Deploy-{stage}")
    if not place:
        return {}
    try:
        content = s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(file_of(stage)) as file:
            return parse(file.read(MAXIMUM_TEMPLATE), file_of(stage))
    except Exception as error:
        if isinstance(error, KeyError | Refused | zipfile.BadZipFile) or _is_gone(error):
            return {}
        raise


def _is_gone(error: Exception) -> bool:
    return getattr(error, "response", {}).get("Error", {}).get("Code", "") == "NoSuchKey"


def _artifact(
    codepipeline: Any, pipeline: str, prepared: str, delivered: str
) -> Mapping[str, str] | None:
    """Where the template lies with which the newest run has delivered; the newest come first."""
    done: set[str] = set()
    token: dict[str, str] = {}
    for _ in range(PAGES):
        page = codepipeline.list_action_executions(pipelineName=pipeline, **token)
        for row in page["actionExecutionDetails"]:
            if row["status"] != "Succeeded":
                continue
            if row["actionName"] == delivered:
                done.add(row["pipelineExecutionId"])
            elif row["actionName"] == prepared and row["pipelineExecutionId"] in done:
                artifacts = row.get("input", {}).get("inputArtifacts", [])
                found: Mapping[str, str] | None = next(
                    (artifact["s3location"] for artifact in artifacts), None
                )
                return found
        if not page.get("nextToken"):
            return None
        token = {"nextToken": page["nextToken"]}
    return None


def serves(template: Mapping[str, Any]) -> bool:
    """Whether a template has an endpoint: then a version that is rejected is still served."""
    resources = template.get("Resources", {})
    return any(row.get("Type") == "AWS::SageMaker::Endpoint" for row in resources.values())


def summary(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Numbers and kinds of the resources that come, change and go, and what else is different.

    Whoever writes a template must not be able to hide a change from the person who approves: all
    numbers are there however many kinds there are.
    """
    before, after = old.get("Resources", {}), new.get("Resources", {})
    if not before:
        return f"{FIRST}, {_group('new', list(after.values()))}"
    groups = {
        "new": [after[name] for name in after if name not in before],
        "changed": [after[n] for n in after if n in before and before[n] != after[n]],
        "gone": [before[name] for name in before if name not in after],
    }
    told = [_group(word, rows) for word, rows in groups.items() if rows]
    # A resource may say the same as before, and mean something else.
    besides = [name for name in BESIDES if old.get(name) != new.get(name)]
    return ", ".join([*told, *(["also " + ", ".join(besides)] if besides else [])]) or NOTHING


def _group(word: str, resources: list[Mapping[str, Any]]) -> str:
    kinds = Counter(str(row.get("Type", "")) for row in resources)
    named = [
        f"{kind.rpartition('::')[2]} {kinds[kind]}".removesuffix(" 1")
        for kind in sorted(kinds, key=lambda kind: (not kind.startswith(SHOWN_FIRST), kind))
    ]
    fitting = [i for i in range(len(named) + 1) if len(", ".join(named[:i])) <= MAXIMUM_KINDS]
    shown = named[: fitting[-1]]
    rest = [f"{len(named) - len(shown)} other kinds"] if len(shown) < len(named) else []
    return f"{len(resources)} {word} ({', '.join([*shown, *rest])})"
