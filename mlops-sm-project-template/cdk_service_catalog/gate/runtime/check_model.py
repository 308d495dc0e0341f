"""That what is served is the version that was chosen, and nothing that replaces parts of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .check_names import COMPONENT
from .sealed import PREFIX
from .settings import artifact_bucket
from .stage_view import BODY, Found, StageView, as_json, listed, objects_in, texts
from .values import END, UNKNOWN, is_known, unknown
from .versions import NONE

IMAGE_KEYS: Final = frozenset(("image", "imageuri", "imageurl"))
IMAGE: Final = re.compile(
    r"([0-9]{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)(?:[:@](.+))?"
)
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
STEPS: Final = ("Processing", "Transform", "Condition", "Fail")
BRANCHES: Final = ("IfSteps", "ElseSteps")
SERVING: Final = tuple(
    f"AWS::SageMaker::{kind}"
    for kind in ("Endpoint", "EndpointConfig", "InferenceComponent", "Model", "Pipeline")
)
PIPELINE: Final = "AWS::SageMaker::Pipeline"
MODEL: Final = "AWS::SageMaker::Model"
OF_A_COPY: Final = ("ComputeResourceRequirements", "ModelName", "StartupParameters")
"""All that a component may say of its copies. `Container` brings an image and an archive of its
own, `BaseInferenceComponentName` an adapter into somebody's component, and `Specifications` both
for each instance type (SageMaker API Reference, InferenceComponentSpecification)."""
SEALED: Final = f"/{PREFIX}"
SOURCES: Final = "sources/"
"""Below it the build keeps scripts, once, under a hash of them (`ml_pipelines/sources.py`)."""
S3_ARN: Final = re.compile("arn:[a-z-]+:s3:::")
"""As policies name objects, and no job; of other accounts the bucket's own policy holds stages to
what is sealed (`StagesReadModels` in `project/storage.py`)."""
ONE_PREFIX: Final = "S3Prefix"
ROLES: Final = frozenset(("executionrolearn", "rolearn"))


def versions(view: StageView) -> Found:
    """Wherever a version of a model is named, it is the chosen one."""
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            named = ":model-package/" in text or key == "ModelPackageName"
            if named and text != view.version and key != BODY:
                yield logical_id, text


def archives(view: StageView) -> Found:
    """Of the project's artifacts a stage reads the chosen archives, and scripts by their hash.

    What is read is every key that begins with an address (SageMaker API Reference, S3DataSource,
    S3Prefix), so an address that is shorter than an archive's brings them all.
    """
    bucket = artifact_bucket(view.settings, view.project.id)
    scripts = re.compile(f"s3://{re.escape(bucket)}/{SOURCES}[0-9a-f]{{64}}(/[^{UNKNOWN}]*)?")
    for logical_id, _, row in view.resources:
        for key, text in texts(row):
            if key == BODY or S3_ARN.match(text) or text in view.archives:
                continue
            named = f"s3://{bucket}" in text.lower() or SEALED in text.lower()
            if named and not scripts.fullmatch(text):
                yield logical_id, text


def models(view: StageView) -> Found:
    """A model is the chosen version, its container unchanged; without one nothing serves."""
    if view.version == NONE:
        yield from ((name, kind) for name, kind, _ in view.resources if kind in SERVING)
    for logical_id, row in view.of(MODEL):
        given = [*listed(row.get("Containers", [])), *listed(row.get("PrimaryContainer", []))]
        if given != [{"ModelPackageName": view.version}]:
            yield logical_id, given


def components(view: StageView) -> Found:
    """A component runs one model of the template, which the rules above have looked at."""
    for logical_id, row in view.of(COMPONENT):
        if "Specifications" in row:
            yield logical_id, "Specifications"
        given = row.get("Specification")
        if not isinstance(given, Mapping) or not given.get("ModelName"):
            yield logical_id, "no Specification with ModelName"
            continue
        yield from ((logical_id, key) for key in given if key not in OF_A_COPY)


def isolation(view: StageView) -> Found:
    """Models are isolated from the network, except those of allowed serverless endpoints.

    SageMaker refuses isolated ones there (Developer Guide, "Deploy models with Amazon SageMaker
    Serverless Inference", feature exclusions).
    """
    for logical_id, row in view.of(MODEL):
        if _is_isolated(row):
            continue
        if not view.settings.serverless_endpoints or not _is_serverless(logical_id, view):
            yield logical_id, "EnableNetworkIsolation is not true"
    yield from _open_machines(view)


def _open_machines(view: StageView) -> Found:
    """Machines that are there before a model: the endpoint's configuration isolates them."""
    has_components = any(view.of(COMPONENT))
    for logical_id, row in view.of("AWS::SageMaker::EndpointConfig"):
        variants = [v for v in listed(row.get("ProductionVariants", [])) if isinstance(v, Mapping)]
        bare = any(not variant.get("ModelName") for variant in variants)
        if (bare or has_components) and not _is_isolated(row):
            yield logical_id, "EnableNetworkIsolation is not true"


def _is_isolated(row: Mapping[str, Any]) -> bool:
    return row.get("EnableNetworkIsolation") in (True, "true")


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
    """Pipelines score with models of the template, and their jobs run as roles of the template."""
    for logical_id, row in view.of(PIPELINE):
        content = definition(row)
        if not isinstance(content.get("Steps"), list):
            yield logical_id, "no PipelineDefinitionBody that is JSON with Steps"
            continue
        for bad in _wrong_steps(content, view, str(row.get("RoleArn"))):
            yield logical_id, bad


def definition(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The definition of a pipeline; empty where it cannot be read."""
    given = row.get("PipelineDefinition")
    content = as_json(given.get(BODY)) if isinstance(given, Mapping) else None
    return content if isinstance(content, Mapping) else {}


def _wrong_steps(content: Mapping[str, Any], view: StageView, role: str) -> Iterator[Any]:
    for step in all_steps(content["Steps"]):
        kind, model = step.get("Type"), arguments_of(step).get("ModelName")
        if kind not in STEPS:
            yield f"step of type {kind}"
        if kind == "Transform" and not _is_isolated_model(model, view):
            yield f"step {step.get('Name')} with the model {model}"
    yield from _wrong_roles_and_images(content, role)
    yield from _other_versions(content, view)


def _other_versions(content: Mapping[str, Any], view: StageView) -> Iterator[str]:
    """What names one, or lets whoever starts a run name one."""
    for _, text in texts(content):
        if ":model-package/" in text and text != view.version:
            yield text
    artifacts = artifact_bucket(view.settings, view.project.id)
    for row in objects_in(content.get("Parameters")):
        if artifacts in str(row.get("DefaultValue")).lower():
            yield f"parameter {row.get('Name')} with the artifacts {row.get('DefaultValue')}"


def _is_isolated_model(name: Any, view: StageView) -> bool:
    """Whether a name is that of a model of the template, which no network reaches.

    A model runs as its own role and in its own network: whoever has it score writes what that role
    writes. A parameter would let whoever starts a run choose.
    """
    return any(
        name == unknown(f"{model}.ModelName") and _is_isolated(row) for model, row in view.of(MODEL)
    )


def _wrong_roles_and_images(content: Mapping[str, Any], role: str) -> Iterator[Any]:
    """Whoever starts a run says what a parameter is, so none says whose code runs, and as whom."""
    for key, value in (row for found in objects_in(content) for row in found.items()):
        open_image = key.lower() in IMAGE_KEYS and not isinstance(value, str)
        # A list of addresses lies in a bucket, where no rule reads it.
        by_list = key.lower() == "s3datatype" and value != ONE_PREFIX
        if open_image or by_list or (key.lower() in ROLES and value != role):
            yield f"{key} {value}"


def all_steps(steps: Any) -> Iterator[Mapping[str, Any]]:
    """Steps, and those in the branches of conditions; what is no step is one without a type."""
    for step in listed(steps):
        found = step if isinstance(step, Mapping) else {}
        yield found
        for branch in BRANCHES:
            yield from all_steps(arguments_of(found).get(branch, []))


def arguments_of(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request that a step makes."""
    found = step.get("Arguments")
    return found if isinstance(found, Mapping) else {}


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
