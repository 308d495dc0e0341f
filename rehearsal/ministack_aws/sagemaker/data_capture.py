"""Data capture of endpoints, as the Developer Guide says it in "Capture data"."""

import base64
import json
import random
import time
import uuid

from ministack_aws.engine.types import Headers, Properties, Record
from ministack_aws.sagemaker import job_roles, transfers

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
    captured = {
        CAPTURED[side]: {
            "observedContentType": sides[side][0],
            "mode": side.upper(),
            "data": base64.b64encode(sides[side][1]).decode(),
            "encoding": "BASE64",
        }
        for side in (row["CaptureMode"] for row in asked["CaptureOptions"])
    }
    line = {
        "captureData": captured,
        "eventMetadata": {"eventId": str(uuid.uuid4()), "inferenceTime": _now()},
        "eventVersion": "0",
    }
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


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
