"""Ask the deployed endpoint: is it the right version, does it answer right and fast enough?"""

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from deploy_app.errors import DeployError
from deploy_app.stage_config import IntegrationTest, load_stage_config

SAMPLES = Path(__file__).resolve().parents[1] / "config" / "samples.json"
NEEDED = ("STAGE", "ENDPOINT_NAME", "TEST_ROLE_ARN", "MODEL_PACKAGE_ARN", "AWS_REGION")


@dataclass(frozen=True)
class Check:
    """One row of the result."""

    what: str
    found: str
    passed: bool


def main() -> int:
    """Print the checks as a table; exit code 1 when one has failed."""
    try:
        environment = _environment(os.environ)
        limits = load_stage_config(environment["STAGE"]).integration_test
        session = _session(environment)
        checks = run(
            session.client("sagemaker"),
            session.client("sagemaker-runtime"),
            endpoint=environment["ENDPOINT_NAME"],
            version=environment["MODEL_PACKAGE_ARN"],
            limits=limits,
        )
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for check in checks:
        print(f"{'passed' if check.passed else 'FAILED':<8}{check.what:<44}{check.found}")
    failed = [check.what for check in checks if not check.passed]
    if failed:
        print(f"error: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(
    client: Any, runtime: Any, *, endpoint: str, version: str, limits: IntegrationTest
) -> list[Check]:
    """Every check, with clients of SageMaker and its runtime."""
    described = client.describe_endpoint(EndpointName=endpoint)
    checks = [Check("endpoint is in service", *_is(described["EndpointStatus"], "InService"))]
    configuration = client.describe_endpoint_config(
        EndpointConfigName=described["EndpointConfigName"]
    )
    model = client.describe_model(ModelName=configuration["ProductionVariants"][0]["ModelName"])
    containers = model.get("Containers") or [model["PrimaryContainer"]]
    checks.append(Check("it serves the version", *_is(containers[0]["ModelPackageName"], version)))
    captured = configuration.get("DataCaptureConfig", {}).get("EnableCapture", False)
    checks.append(Check("requests are captured", *_is(str(captured), "True")))
    content = json.loads(SAMPLES.read_text(encoding="utf-8"))
    seconds: list[float] = []
    for number in range(limits.invocations):
        sample = content["samples"][number % len(content["samples"])]
        started = time.perf_counter()
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType=content["content_type"],
            Accept=content["accept"],
            Body=sample["body"].encode(),
        )["Body"].read()
        seconds.append(time.perf_counter() - started)
        if number < len(content["samples"]):
            checks.append(judge(number + 1, sample, answer.decode()))
    return [*checks, latency(seconds, limits.latency_milliseconds)]


def judge(number: int, sample: Mapping[str, Any], answer: str) -> Check:
    """Whether an answer is a number in the sample's range, or holds what the sample expects."""
    what = f"answer to sample {number}"
    shown = answer.strip()[:60]
    if "contains" in sample:
        return Check(what, shown, str(sample["contains"]) in answer)
    try:
        value = float(answer.strip().splitlines()[0])
    except (ValueError, IndexError):
        return Check(what, f"{shown!r} is no number", False)
    inside = sample["minimum"] <= value <= sample["maximum"]
    return Check(what, f"{value:.3f} ({sample['minimum']} to {sample['maximum']})", inside)


def latency(seconds: list[float], limit: int) -> Check:
    """Whether the 95th percentile is within the limit, in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)] * 1000
    middle = statistics.median(ordered) * 1000
    return Check("latency", f"p50 {middle:.0f} ms, p95 {p95:.0f} ms (limit {limit})", p95 <= limit)


def _is(found: str, wanted: str) -> tuple[str, bool]:
    return found, found == wanted


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise DeployError(
            f"these environment variables are not set: {', '.join(missing)}; the deploy pipeline "
            "sets them"
        )
    return {name: environment[name] for name in NEEDED}


def _session(environment: Mapping[str, str]) -> boto3.Session:
    """Credentials of the stage's test role, which this build may take."""
    region = environment["AWS_REGION"]
    taken = boto3.client("sts", region_name=region).assume_role(
        RoleArn=environment["TEST_ROLE_ARN"], RoleSessionName="integration-test"
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        region_name=region,
    )


if __name__ == "__main__":
    sys.exit(main())
