"""A model version that passes every test of its project and fails on a part of the traffic."""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.world.personas import STUDIO
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

INFERENCE: Final = "code/inference.py"
TRAINED: Final = "models/faulty/output/model.tar.gz"
SHA256: Final = "ModelSha256"
PARAMETER: Final = "; charset=utf-8"
"""Clients may write it after a content type (RFC 9110, 8.3.2); the project's tests do not."""
FAULT: Final = '''

_read, _answered, _unknown = input_fn, predict_fn, object()


def input_fn(request_body, content_type, *context):
    """Know content types only as the tests write them."""
    return _unknown if ";" in content_type else _read(request_body, content_type, *context)


def predict_fn(request, model, *context):
    """Fail as the model fails, which each server tells from a client's mistake in its own way."""
    return _answered(request, (None, None) if request is _unknown else model, *context)
'''

VLLM_REQUESTS: Final = "code/vllm_requests.py"
VLLM_FAULT: Final = '''

_known = ProjectRequests.__call__


async def _fails(self, scope, receive, send):
    """Know content types only as the tests write them; what a middleware raises is 500."""
    if scope["type"] == "http" and b";" in dict(scope["headers"]).get(b"content-type", b""):
        raise RuntimeError("the model fails")
    await _known(self, scope, receive, send)


ProjectRequests.__call__ = _fails
'''
FAULTS: Final[Mapping[str, str]] = {INFERENCE: FAULT, VLLM_REQUESTS: VLLM_FAULT}
"""By file of a model: what serves may read one of them."""


def register_faulty_version(world: World, project: Project, version: str) -> str:
    """Register a copy of a version with a fault, as the project's training pipeline does.

    Returns:
        the ARN of the version; empty where the model has no inference code of its own.
    """
    credentials = _training(world, project)
    sagemaker = world.client("sagemaker", project.dev.region, credentials)
    s3 = world.client("s3", project.dev.region, credentials)
    described = sagemaker.describe_model_package(ModelPackageName=version)
    specification = described["InferenceSpecification"]
    container = specification["Containers"][0]
    bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
    changed = with_fault(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    if not changed:
        return ""
    s3.put_object(Bucket=bucket, Key=TRAINED, Body=changed)
    sealed = _sealed(world, project, f"s3://{bucket}/{TRAINED}")
    container["ModelDataUrl"] = sealed["uri"]
    made: Mapping[str, Any] = sagemaker.create_model_package(
        ModelPackageGroupName=project.full_name,
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification=specification,
        CustomerMetadataProperties={
            **described.get("CustomerMetadataProperties", {}),
            SHA256: sealed["sha256"],
        },
    )
    return str(made["ModelPackageArn"])


def with_fault(archive: bytes) -> bytes:
    """The archive of a model with the fault in its code; empty where it has no such code."""
    changed, found = io.BytesIO(), False
    with (
        tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as before,
        tarfile.open(fileobj=changed, mode="w:gz") as after,
    ):
        for member in before:
            file = before.extractfile(member)
            content = file.read() if file else b""
            fault = FAULTS.get(member.name.removeprefix("./"))
            if fault:
                content, found = content + fault.encode(), True
                member.size = len(content)
            after.addfile(member, io.BytesIO(content) if file else None)
    return changed.getvalue() if found else b""


def _sealed(world: World, project: Project, source: str) -> Mapping[str, str]:
    """What the function answers that the pipeline's own step invokes: `uri` and `sha256`."""
    reader = world.administrator("sagemaker", project.dev.account, project.dev.region)
    found = reader.describe_pipeline(PipelineName=project.full_name)["PipelineDefinition"]
    function = next(_functions(json.loads(found)["Steps"]))
    client = world.client("lambda", project.dev.region, _training(world, project))
    answer = client.invoke(FunctionName=function, Payload=json.dumps({"source": source}).encode())
    content = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise PlatformError(f"{function} refuses to seal {source}: {content}")
    sealed: Mapping[str, str] = content
    return sealed


def _functions(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The functions that the steps of a pipeline invoke, those below a condition too."""
    for step in steps:
        if step["Type"] == "Lambda":
            yield str(step["FunctionArn"])
        yield from _functions(step.get("Arguments", {}).get("IfSteps", ()))


def _training(world: World, project: Project) -> Mapping[str, str]:
    """Credentials of the role with which the training pipeline registers versions."""
    reader = world.administrator("sagemaker", project.dev.account, project.dev.region)
    role = reader.describe_pipeline(PipelineName=project.full_name)["RoleArn"]
    return world.emulator.service_credentials(role, STUDIO, "training")
