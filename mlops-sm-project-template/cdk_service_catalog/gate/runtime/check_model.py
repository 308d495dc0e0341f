"""That what is served is the version that was chosen, and nothing that replaces parts of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .sealed import PREFIX
from .stage_view import BODY, Found, StageView, as_json, listed, objects_in, texts
from .values import END, UNKNOWN, is_known
from .versions import NONE

IMAGE_KEYS: Final = frozenset(("image", "imageuri", "imageurl"))
IMAGE: Final = re.compile(
    r"([0-9]{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)(?:[:@](.+))?"
)
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
STEPS: Final = ("Model", "Processing", "Transform", "Condition", "Fail")
SERVING: Final = tuple(
    f"AWS::SageMaker::{kind}" for kind in ("Endpoint", "EndpointConfig", "Model", "Pipeline")
)
PIPELINE: Final = "AWS::SageMaker::Pipeline"
SEALED: Final = f"/{PREFIX}"


def versions(view: StageView) -> Found:
    """Wherever a version of a model is named, it is the chosen one."""
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            named = ":model-package/" in text or key == "ModelPackageName"
            if named and text != view.version and key != BODY:
                yield logical_id, text


def archives(view: StageView) -> Found:
    """Whatever is read below the sealed archives is that of the chosen version."""
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            if key != BODY and SEALED in text.lower() and text not in view.archives:
                yield logical_id, text


def models(view: StageView) -> Found:
    """A model is the chosen version, its container unchanged; without one nothing serves."""
    if view.version == NONE:
        yield from ((name, kind) for name, kind, _ in view.resources if kind in SERVING)
    for logical_id, row in view.of("AWS::SageMaker::Model"):
        given = [*listed(row.get("Containers", [])), *listed(row.get("PrimaryContainer", []))]
        if given != [{"ModelPackageName": view.version}]:
            yield logical_id, given


def isolation(view: StageView) -> Found:
    """Models are isolated from the network, except those of allowed serverless endpoints.

    SageMaker refuses isolated ones there (Developer Guide, "Deploy models with Amazon SageMaker
    Serverless Inference", feature exclusions).
    """
    for logical_id, row in view.of("AWS::SageMaker::Model"):
        if row.get("EnableNetworkIsolation") in (True, "true"):
            continue
        if not view.settings.serverless_endpoints or not _is_serverless(logical_id, view):
            yield logical_id, "EnableNetworkIsolation is not true"


def _is_serverless(model: str, view: StageView) -> bool:
    """Whether variants use a model, and each of them is serverless."""
    names = [f"{UNKNOWN}{model}.{attribute}{END}" for attribute in ("ModelName", "Ref")]
    variants = [
        variant
        for _, row in view.of("AWS::SageMaker::EndpointConfig")
        for variant in objects_in(row)
        if variant.get("ModelName") in names
    ]
    return bool(variants) and all("ServerlessConfig" in variant for variant in variants)


def pipelines(view: StageView) -> Found:
    """Pipelines make models of the chosen version, and their jobs run as roles of the template."""
    for logical_id, row in view.of(PIPELINE):
        definition = row.get("PipelineDefinition")
        content = as_json(definition.get(BODY)) if isinstance(definition, dict) else None
        if not isinstance(content, dict) or not isinstance(content.get("Steps"), list):
            yield logical_id, "no PipelineDefinitionBody that is JSON with Steps"
            continue
        for bad in _wrong_steps(content, view, str(row.get("RoleArn"))):
            yield logical_id, bad


def _wrong_steps(content: Mapping[str, Any], view: StageView, role: str) -> Iterator[Any]:
    accepted = [view.version, *_parameters_with(content, view.version)]
    for step in _all_steps(content["Steps"]):
        if step.get("Type") not in STEPS:
            yield f"step of type {step.get('Type')}"
        if step.get("Type") == "Model":
            arguments = step.get("Arguments")
            given = arguments if isinstance(arguments, Mapping) else {}
            containers = [
                *listed(given.get("Containers", [])),
                *listed(given.get("PrimaryContainer", [])),
            ]
            if containers not in [[{"ModelPackageName": name}] for name in accepted]:
                yield containers
    for key, text in texts(content):
        if key.lower() in ("executionrolearn", "rolearn") and text != role:
            yield text
        if ":model-package/" in text and text != view.version:
            yield text


def _all_steps(steps: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Steps, and those in the branches of conditions."""
    for value in objects_in(steps):
        if "Type" in value and "Name" in value and "Arguments" in value:
            yield value


def _parameters_with(content: Mapping[str, Any], version: str) -> list[Any]:
    return [
        {"Get": f"Parameters.{row.get('Name')}"}
        for row in objects_in(content.get("Parameters"))
        if row.get("DefaultValue") == version
    ]


def images(view: StageView) -> Found:
    """Container images of AWS, or of the project by the digest of what was built."""
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            if key.lower() in IMAGE_KEYS and not is_allowed_image(text, view):
                yield logical_id, text


def is_allowed_image(text: str, view: StageView) -> bool:
    """Whether an image is one of AWS's or, by digest, of the project."""
    found = IMAGE.fullmatch(text) if is_known(text) else None
    if not found or found[2] != view.settings.region:
        return False
    account, _, repository, reference = found.groups()
    if account in view.settings.image_accounts:
        return True
    own = account == view.settings.dev_account and repository == f"sagemaker-{view.project.id}"
    return own and DIGEST.fullmatch(reference or "") is not None
