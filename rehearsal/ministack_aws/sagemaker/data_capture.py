"""Data capture of endpoints, as the Developer Guide says it in "Capture data"."""

import base64
import json
import random
import time
import uuid
from contextlib import suppress

from ministack_aws.engine.types import Headers, Properties, Record
from ministack_aws.sagemaker import job_roles, transfers

INFERENCE_ID = "x-amzn-sagemaker-inference-id"
CAPTURED = {"Input": "endpointInput", "Output": "endpointOutput"}


def capture(
    name: str,
    config: Properties,
    variant: Record,
    role: str,
    question: tuple[Headers, bytes],
    answer: tuple[str, bytes],
) -> None:
    """Write a line of JSON for a request, with the role of the model."""
    asked = config.get("DataCaptureConfig") or {}
    if str(asked.get("EnableCapture", "true")).lower() != "true" or not asked:
        return
    if random.uniform(0, 100) > float(asked["InitialSamplingPercentage"]):
        return
    sides = {"Input": (question[0].get("content-type"), question[1]), "Output": answer}
    types = asked.get("CaptureContentTypeHeader") or {}
    captured = {
        CAPTURED[side]: {
            "observedContentType": sides[side][0],
            "mode": side.upper(),
            **_encoded(sides[side][1], str(sides[side][0]), types),
        }
        for side in (row["CaptureMode"] for row in asked["CaptureOptions"])
    }
    event = {"eventId": str(uuid.uuid4()), "inferenceTime": _now()}
    if named := question[0].get(INFERENCE_ID):
        event["inferenceId"] = named
    line = {"captureData": captured, "eventMetadata": event, "eventVersion": "0"}
    bucket, prefix = transfers.place(asked["DestinationS3Uri"])
    hour = time.strftime("%Y/%m/%d/%H", time.gmtime())
    target = f"{name}/{variant['VariantName']}/{hour}/{uuid.uuid4()}.jsonl"
    client = job_roles.client("s3", job_roles.assume(role))
    options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": asked.get("KmsKeyId", "")}
    client.put_object(
        Bucket=bucket,
        Key="/".join(part for part in (prefix.rstrip("/"), target) if part),
        Body=json.dumps(line).encode(),
        **(options if asked.get("KmsKeyId") else {}),
    )


def _encoded(body: bytes, kind: str, types: Properties) -> dict[str, str]:
    """A body as it is, for the content types that the configuration names; BASE64 for others.

    Source: API_DataCaptureConfig, CaptureContentTypeHeader: "If no headers are specified SageMaker
    AI will by default base64 encode when capturing the data".
    """
    plain = kind.partition(";")[0].strip().lower()
    for encoding, key in (("CSV", "CsvContentTypes"), ("JSON", "JsonContentTypes")):
        if plain in types.get(key, ()):
            with suppress(UnicodeDecodeError):
                return {"data": body.decode(), "encoding": encoding}
    return {"data": base64.b64encode(body).decode(), "encoding": "BASE64"}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
