"""Endpoints: a model is read with its role's permissions, served by a process, and captured."""

import asyncio
import atexit
import base64
import functools
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import ministack.services.s3 as s3
from ministack.core.responses import get_account_id, get_region, request_scope

from ministack_registry import containers, job_roles, model_registry, service_role, transfers
from ministack_registry.errors import ServiceError
from ministack_registry.records import all_of

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"
SERVERS = {}
"""The process of each model by ARN: the port, and the folder that goes with it."""
START_SECONDS = 60
KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
CAPTURED = {"Input": "endpointInput", "Output": "endpointOutput"}


def register(handlers):
    """Check what AWS checks when models and endpoints are made; end their processes."""
    handlers[MODEL]["create"] = _model_created(handlers[MODEL]["create"])
    handlers[ENDPOINT]["create"] = _endpoint_made(handlers[ENDPOINT]["create"])
    handlers[ENDPOINT]["update"] = _endpoint_made(handlers[ENDPOINT]["update"])
    handlers[MODEL]["delete"] = _model_deleted(handlers[MODEL]["delete"])
    atexit.register(stop_all)


def _model_created(create):
    @functools.wraps(create)
    def created(logical_id, properties, stack_name):
        for container in _containers(properties):
            version = container.get("ModelPackageName", "")
            if version and version.split(":")[4] != get_account_id():
                principal = service_role.principal_of(stack_name)
                for action in ("sagemaker:DescribeModelPackage", "sagemaker:CreateModel"):
                    refusal = model_registry.group_refusal(version, principal, action)
                    if refusal:
                        raise ValueError(refusal)
        return create(logical_id, properties, stack_name)

    return created


def _model_deleted(delete):
    @functools.wraps(delete)
    def deleted(physical_id, properties):
        _stop(physical_id)
        return delete(physical_id, properties)

    return deleted


def _endpoint_made(make):
    @functools.wraps(make)
    def made(*arguments, **options):
        properties = next(a for a in reversed(arguments) if isinstance(a, dict))
        for variant in _config(properties["EndpointConfigName"])["ProductionVariants"]:
            _artifact(_model(variant["ModelName"])[1])
        return make(*arguments, **options)

    return made


def _containers(model):
    return model.get("Containers") or [model["PrimaryContainer"]]


def _named(resource_type, name):
    wanted = name.rpartition("/")[2].lower()
    for found, properties in all_of(resource_type):
        if found.rpartition("/")[2].lower() == wanted:
            return found, properties
    raise ValueError(f'Could not find {resource_type.rpartition(":")[2]} "{name}".')


def _model(name):
    return _named(MODEL, name)


def _config(name):
    return _named(CONFIG, name)[1]


def _artifact(model):
    """The content of a model's archive, read as SageMaker does with the model's role.

    Raises:
        ValueError: the role may not read or decrypt it, in the words of a failed endpoint.
    """
    (container,) = _containers(model)
    version = container.get("ModelPackageName")
    if version:
        specification = model_registry.package(version)["InferenceSpecification"]
        container = specification["Containers"][0]
    bucket, key = transfers.place(container["ModelDataUrl"])
    owner = version.split(":")[4] if version else get_account_id()
    credentials = job_roles.assume(model["ExecutionRoleArn"])
    refusal = job_roles.refusal(credentials, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
    with request_scope(owner, get_region()):
        found = s3._buckets.get(bucket, {}).get("objects", {}).get(key, {})
        key_arn = s3._stored_sse_headers(found).get(KEY_HEADER, "")
        content = s3._get_object_data(bucket, key)
    if not refusal and key_arn.startswith("arn:"):
        via = {"kms:viaservice": f"s3.{get_region()}.amazonaws.com"}
        refusal = job_roles.refusal(credentials, "kms:Decrypt", key_arn, **via)
    if refusal or content is None:
        raise ValueError(
            f"Could not access model data at {container['ModelDataUrl']}. Please ensure that the "
            f'role "{model["ExecutionRoleArn"]}" exists and that its trust relationship policy '
            f'allows the action "sts:AssumeRole" for the service principal '
            f'"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" '
            f"permissions and that the object is located in {get_region()}. ({refusal})"
        )
    return content


def _server(model_arn, model):
    """The port of a model's process, which is started at the first request."""
    if model_arn in SERVERS and SERVERS[model_arn]["process"].poll() is None:
        return SERVERS[model_arn]["port"]
    folder = tempfile.TemporaryDirectory(prefix="endpoint-")
    root = Path(folder.name)
    transfers.unpack(_artifact(model), root / "model")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(__file__).with_name("model_server.py")
    process = subprocess.Popen(
        [containers.python(), str(program), str(root / "model"), str(port)],
        env=containers.environment(root),
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    SERVERS[model_arn] = {"process": process, "port": port, "folder": folder}
    _wait(process, port)
    return port


def _wait(process, port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ServiceError("ModelError", "The model's container did not pass the ping health check")


def _stop(model_arn):
    server = SERVERS.pop(model_arn, None)
    if server:
        server["process"].terminate()
        server["process"].wait(timeout=10)
        server["folder"].cleanup()


def stop_all():
    """End the process of every model."""
    for model_arn in list(SERVERS):
        _stop(model_arn)


def runtime(serve):
    """The handler of `sagemaker` with the calls of its runtime in front."""

    async def handle(method, path, headers, body, query):
        if not path.startswith("/endpoints/"):
            return await serve(method, path, headers, body, query)
        name = path.split("/")[2]
        place = (get_account_id(), get_region())
        return await asyncio.to_thread(_invoke, place, name, headers, body)

    return handle


def resource_of_path(path):
    """The ARN that a call of the runtime is about."""
    name = path.split("/")[2].lower()
    return f"arn:aws:sagemaker:{get_region()}:{get_account_id()}:endpoint/{name}"


def _invoke(place, name, headers, body):
    with request_scope(*place):
        try:
            _, endpoint = _named(ENDPOINT, name)
        except ValueError:
            return _failure("ValidationError", f"Endpoint {name} of account {place[0]} not found.")
        config = _config(endpoint["EndpointConfigName"])
        variant = random.choice(config["ProductionVariants"])
        try:
            port = _server(*_model(variant["ModelName"]))
            answer, kind = _ask(port, headers, body)
        except ServiceError as error:
            return _failure(error.code, error.message, 424)
        except ValueError as error:
            return _failure("ModelError", str(error), 424)
        _capture(name, config, variant, (headers, body), (kind, answer))
    found = {"Content-Type": kind, "x-Amzn-Invoked-Production-Variant": variant["VariantName"]}
    return 200, found, answer


def _ask(port, headers, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations",
        data=body,
        headers={
            "Content-Type": headers.get("content-type", "text/csv"),
            "Accept": headers.get("accept", "application/json"),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            return answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        raise ServiceError(
            "ModelError",
            f"Received server error ({error.code}) from primary with message "
            f'"{error.read().decode(errors="replace")}"',
        ) from error


def _failure(code, message, status=400):
    found = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, found, json.dumps({"message": message, "Message": message}).encode()


def _capture(name, config, variant, question, answer):
    """Data capture (Developer Guide, "Capture data"): one line of JSON for each request."""
    capture = config.get("DataCaptureConfig") or {}
    if str(capture.get("EnableCapture", "true")).lower() != "true" or not capture:
        return
    if random.uniform(0, 100) > float(capture["InitialSamplingPercentage"]):
        return
    sides = {"Input": (question[0].get("content-type"), question[1]), "Output": answer}
    captured = {
        CAPTURED[side]: {
            "observedContentType": sides[side][0],
            "mode": side.upper(),
            "data": base64.b64encode(sides[side][1]).decode(),
            "encoding": "BASE64",
        }
        for side in (row["CaptureMode"] for row in capture["CaptureOptions"])
    }
    line = {
        "captureData": captured,
        "eventMetadata": {"eventId": str(uuid.uuid4()), "inferenceTime": _now()},
        "eventVersion": "0",
    }
    role = _model(variant["ModelName"])[1]["ExecutionRoleArn"]
    bucket, prefix = transfers.place(capture["DestinationS3Uri"])
    hour = time.strftime("%Y/%m/%d/%H", time.gmtime())
    target = f"{name}/{variant['VariantName']}/{hour}/{uuid.uuid4()}.jsonl"
    client = job_roles.client("s3", job_roles.assume(role))
    options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": capture.get("KmsKeyId", "")}
    client.put_object(
        Bucket=bucket,
        Key="/".join(part for part in (prefix.rstrip("/"), target) if part),
        Body=json.dumps(line).encode(),
        **(options if capture.get("KmsKeyId") else {}),
    )


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _list_endpoints(request):
    return {"Endpoints": [_endpoint(found, p) for found, p in all_of(ENDPOINT)]}


def _describe_endpoint(request):
    found, properties = _or_missing(ENDPOINT, request["EndpointName"])
    config = _config(properties["EndpointConfigName"])
    capture = config.get("DataCaptureConfig")
    return {
        **_endpoint(found, properties),
        "EndpointConfigName": properties["EndpointConfigName"].rpartition("/")[2],
        **({"DataCaptureConfig": {**capture, "CaptureStatus": "Started"}} if capture else {}),
    }


def _endpoint(found, properties):
    return {
        "EndpointArn": found,
        "EndpointName": properties["EndpointName"],
        "EndpointStatus": "InService",
        "CreationTime": 0,
        "LastModifiedTime": 0,
    }


def _describe_config(request):
    found, properties = _or_missing(CONFIG, request["EndpointConfigName"])
    name = found.rpartition("/")[2]
    return {**properties, "EndpointConfigName": name, "EndpointConfigArn": found, "CreationTime": 0}


def _describe_model(request):
    found, properties = _or_missing(MODEL, request["ModelName"])
    name = found.rpartition("/")[2]
    return {**properties, "ModelName": name, "ModelArn": found, "CreationTime": 0}


def _or_missing(resource_type, name):
    try:
        return _named(resource_type, name)
    except ValueError as error:
        raise ServiceError("ValidationException", str(error)) from error


NAMED_BY = {
    "DescribeEndpoint": ("endpoint", "EndpointName"),
    "DescribeEndpointConfig": ("endpoint-config", "EndpointConfigName"),
    "DescribeModel": ("model", "ModelName"),
}


def resource_of(operation, request):
    """The ARN that a call is about; None where it is not one of these calls."""
    if operation not in NAMED_BY:
        return None
    kind, name = NAMED_BY[operation]
    place = f"{get_region()}:{get_account_id()}"
    return f"arn:aws:sagemaker:{place}:{kind}/{request[name].lower()}"


OPERATIONS = {
    "DescribeEndpoint": _describe_endpoint,
    "DescribeEndpointConfig": _describe_config,
    "DescribeModel": _describe_model,
    "ListEndpoints": _list_endpoints,
}
