"""InvokeEndpointAsync: a request in S3, whose answer comes there, and topics that hear of it.

Developer Guide, "Invoke an asynchronous endpoint" and "Check prediction results": SageMaker reads
the request and writes the answer as the model's role. A machine that has been scaled to zero is
there at once here: what waits is nobody's to see.
"""

import json
import random
import threading
import uuid

from ministack_aws.cloudformation.records import key_of
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Credentials, Headers, Properties, Response
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import endpoint_kinds, job_roles, models, rollouts, transfers
from ministack_aws.sagemaker.answers import asked, failure, of_variant

INPUT = "x-amzn-sagemaker-inputlocation"
OF_REQUEST = "x-amzn-sagemaker-"


def invoke(place: tuple[str, str], name: str, headers: Headers, body: bytes) -> Response:
    """Accept a request, and work on it afterwards."""
    with request_scope(*place):
        try:
            arn, endpoint = models.named(models.ENDPOINT, name)
        except ValueError:
            return failure("ValidationError", f"Endpoint {name} of account {place[0]} not found.")
        serving = rollouts.answering(key_of(models.ENDPOINT, arn), endpoint["EndpointConfigName"])
        config = models.find_config(serving)
    if endpoint_kinds.kind_of(config) != endpoint_kinds.ASYNCHRONOUS:
        return failure("ValidationError", f"Endpoint {name} is not asynchronous.")
    if not headers.get(INPUT, "").startswith("s3://"):
        return failure("ValidationError", "InputLocation must be the S3 URI of a request.")
    known = headers.get("x-amzn-sagemaker-inference-id", "") or str(uuid.uuid4())
    output = config["AsyncInferenceConfig"]["OutputConfig"]
    answer = f"{output['S3OutputPath'].rstrip('/')}/{uuid.uuid4()}.out"
    failed = f"{output.get('S3FailurePath', '').rstrip('/')}/{uuid.uuid4()}-error.out"
    work = (place, endpoint, config, headers, answer, failed, known)
    threading.Thread(target=_work, args=work, daemon=True).start()
    found = {
        "Content-Type": "application/json",
        "X-Amzn-SageMaker-OutputLocation": answer,
        **({"X-Amzn-SageMaker-FailureLocation": failed} if output.get("S3FailurePath") else {}),
    }
    return 202, found, json.dumps({"InferenceId": known}).encode()


def _work(
    place: tuple[str, str],
    endpoint: Properties,
    config: Properties,
    headers: Headers,
    answer: str,
    failed: str,
    known: str,
) -> None:
    with request_scope(*place):
        output = config["AsyncInferenceConfig"]["OutputConfig"]
        variant = random.choice(config["ProductionVariants"])
        role = models.find_model(variant["ModelName"])[1]["ExecutionRoleArn"]
        credentials = job_roles.assume(role)
        key, topics = output.get("KmsKeyId", ""), output.get("NotificationConfig") or {}
        target, content, topic = answer, b"", topics.get("SuccessTopic")
        try:
            request = _request(credentials, headers[INPUT])
            _, port = models.server_of(variant)
            kind = endpoint_kinds.ASYNCHRONOUS
            content, _ = asked(
                of_variant(endpoint, variant), port, _of_request(headers), request, kind
            )
        except (ServiceError, ValueError) as error:
            target, content, topic = failed, str(error).encode(), topics.get("ErrorTopic")
        transfers.upload_object(job_roles.client("s3", credentials), content, target, key)
        if topic:
            said = {"inferenceId": known, "responseParameters": {"outputLocation": target}}
            message = json.dumps({"awsRegion": place[1], **said})
            job_roles.client("sns", credentials).publish(TopicArn=topic, Message=message)


def _of_request(headers: Headers) -> dict[str, str]:
    """What the call says of the request in S3, as the container hears it (API Reference,
    InvokeEndpointAsync: the headers of the call are about the call)."""
    return {
        name: headers[f"{OF_REQUEST}{name}"]
        for name in ("content-type", "accept")
        if f"{OF_REQUEST}{name}" in headers
    }


def _request(credentials: Credentials, uri: str) -> bytes:
    bucket, key = transfers.place(uri)
    client = job_roles.client("s3", credentials)
    content: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
