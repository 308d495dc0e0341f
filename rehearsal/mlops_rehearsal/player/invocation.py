"""Lambda's part: a function that gets a job, works as its own role, and answers CodePipeline."""

import json
from typing import Any

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.artifacts import Artifact, place_of
from mlops_rehearsal.player.execution import Execution
from mlops_rehearsal.player.structure import Action


def play_invocation(execution: Execution, action: Action) -> str:
    """Invoke the function of an action with the pipeline's permissions; what it exports.

    Source: CodePipeline User Guide, "Invoke an AWS Lambda function in a pipeline", Example JSON
    event.

    Raises:
        PlatformError: the function has told CodePipeline so, or has told nothing.
    """
    pipeline, emulator = execution.pipeline, execution.world.emulator
    job_id = emulator.new_job(pipeline.account, pipeline.region)
    outputs = {name: place_of(pipeline.name, name, pipeline.stores[""]) for name in action.outputs}
    function = execution.world.client("lambda", pipeline.region, execution.caller(action))
    answer = function.invoke(
        FunctionName=action.configuration["FunctionName"],
        Payload=json.dumps(_event(execution, action, job_id, outputs)),
    )
    found = emulator.job(job_id)
    if found.get("status") != "Succeeded":
        said = found.get("message") or answer["Payload"].read().decode(errors="replace")
        raise PlatformError(said, hint="change what the message names, push, and it runs again")
    execution.artifacts.update(outputs)
    if action.namespace:
        execution.variables[action.namespace] = found["variables"]
    return ", ".join(f"{name}={value}" for name, value in found["variables"].items())


def _event(
    execution: Execution, action: Action, job_id: str, outputs: dict[str, Artifact]
) -> dict[str, Any]:
    session = execution.credentials
    key = execution.pipeline.stores[""][1]
    data = {
        "actionConfiguration": {"configuration": dict(action.configuration)},
        "inputArtifacts": [_location(n, execution.artifacts[n]) for n in action.inputs],
        "outputArtifacts": [_location(name, place) for name, place in outputs.items()],
        "artifactCredentials": {
            "accessKeyId": session["aws_access_key_id"],
            "secretAccessKey": session["aws_secret_access_key"],
            "sessionToken": session["aws_session_token"],
        },
        **({"encryptionKey": {"id": key, "type": "KMS"}} if key else {}),
    }
    return {
        "CodePipeline.job": {"id": job_id, "accountId": execution.pipeline.account, "data": data}
    }


def _location(name: str, place: Artifact) -> dict[str, Any]:
    s3 = {"bucketName": place.bucket, "objectKey": place.key}
    return {"name": name, "revision": None, "location": {"type": "S3", "s3Location": s3}}
