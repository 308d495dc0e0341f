"""An endpoint of a rehearsal is invoked as its kind is: at once, by the name of its component, or
with a request in S3."""

import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

from mlops_commons.config import Stage
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.world.world import World

SECONDS: Final = 120
PAUSE: Final = 0.2


def answer_of(
    world: World, stage: Stage, endpoint: str, asked: Mapping[str, Any], body: bytes
) -> str:
    """What an endpoint answers.

    Args:
        asked: the content types of the project's own samples.
    """
    runtime = world.administrator("sagemaker-runtime", stage.account, stage.region)
    about = {
        "EndpointName": endpoint,
        "ContentType": asked["content_type"],
        "Accept": asked["accept"],
    }
    output = _output(world, stage, endpoint)
    if not output:
        answer = runtime.invoke_endpoint(**about, **component_of(world, stage, endpoint), Body=body)
        return str(answer["Body"].read().decode())
    s3 = world.administrator("s3", stage.account, stage.region)
    bucket = str(output["S3OutputPath"]).split("/")[2]
    key = f"asynchronous/requests/{uuid.uuid4()}"
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    accepted = runtime.invoke_endpoint_async(**about, InputLocation=f"s3://{bucket}/{key}")
    return _waited_for(s3, accepted["OutputLocation"], accepted["FailureLocation"])


def is_asynchronous(world: World, stage: Stage, endpoint: str) -> bool:
    """Whether an endpoint answers in S3."""
    return bool(_output(world, stage, endpoint))


def component_of(world: World, stage: Stage, endpoint: str) -> Mapping[str, str]:
    """What a request says of the component that it is for; nothing where there are none."""
    (variant, *_) = configuration_of(world, stage, endpoint)["ProductionVariants"]
    return {} if variant.get("ModelName") else {"InferenceComponentName": endpoint}


def configuration_of(world: World, stage: Stage, endpoint: str) -> Mapping[str, Any]:
    """The configuration with which an endpoint serves."""
    sagemaker = world.administrator("sagemaker", stage.account, stage.region)
    config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    found: Mapping[str, Any] = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    return found


def _output(world: World, stage: Stage, endpoint: str) -> Mapping[str, Any]:
    described = configuration_of(world, stage, endpoint)
    found: Mapping[str, Any] = described.get("AsyncInferenceConfig", {}).get("OutputConfig", {})
    return found


def _waited_for(s3: Any, answer: str, failure: str) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for uri in (answer, failure):
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents"):
                content = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
                if uri == answer:
                    return str(content)
                raise PlatformError(f"the endpoint has failed: {content}")
        time.sleep(PAUSE)
    raise PlatformError(f"nothing has come to {answer} within {SECONDS} seconds")
