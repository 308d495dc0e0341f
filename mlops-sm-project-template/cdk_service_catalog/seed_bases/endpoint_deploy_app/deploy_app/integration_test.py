"""Ask the deployed endpoint: is it the right version, does it answer right and fast enough?"""

import itertools
import os
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy_app.asking import Ask, Endpoint, at_once, through_s3, waking
from deploy_app.differences import Bounds, earlier, first, pairs, told
from deploy_app.errors import DeployError
from deploy_app.kinds import Kind
from deploy_app.samples import Requests, asked, requests
from deploy_app.settings import NONE, role_of
from deploy_app.stage_config import IntegrationTest, StageConfig, load_stage_config

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
        stage = environment["STAGE"]
        config = load_stage_config(stage, role_of(stage, os.environ))
        if config.kind is Kind.NONE or environment["MODEL_PACKAGE_ARN"] == NONE:
            print("there is no endpoint to ask: kind is none, or no version is approved")
            return 0
        session = _session(environment)
        checks = run(
            {
                "sagemaker": session.client("sagemaker"),
                "runtime": session.client("sagemaker-runtime"),
                "s3": session.client("s3"),
            },
            endpoint=environment["ENDPOINT_NAME"],
            version=environment["MODEL_PACKAGE_ARN"],
            config=config,
            requested=requests(os.environ),
            before=earlier(os.environ),
        )
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
        return 1
    for check in checks:
        print(f"{'passed' if check.passed else 'FAILED':<8}{check.what:<44}{check.found}")
    failed = [check.what for check in checks if not check.passed]
    if failed:
        print(f"error: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(
    clients: Mapping[str, Any],
    *,
    endpoint: str,
    version: str,
    config: StageConfig,
    requested: Requests,
    before: Requests | None = None,
) -> list[Check]:
    """Every check.

    Args:
        clients: `sagemaker`, `runtime` and `s3` of the stage's account, as its test role.
        before: what the version before has answered.
    """
    described = clients["sagemaker"].describe_endpoint(EndpointName=endpoint)
    checks = [Check("endpoint is in service", *_is(described["EndpointStatus"], "InService"))]
    configuration = clients["sagemaker"].describe_endpoint_config(
        EndpointConfigName=described["EndpointConfigName"]
    )
    if config.kind is Kind.COMPONENTS:
        component = clients["sagemaker"].describe_inference_component(
            InferenceComponentName=endpoint
        )
        status = component["InferenceComponentStatus"]
        checks.append(Check("its component is in service", *_is(status, "InService")))
        served = component["Specification"]["ModelName"]
    else:
        served = configuration["ProductionVariants"][0]["ModelName"]
    model = clients["sagemaker"].describe_model(ModelName=served)
    containers = model.get("Containers") or [model["PrimaryContainer"]]
    checks.append(Check("it serves the version", *_is(containers[0]["ModelPackageName"], version)))
    if config.is_captured:
        captured = configuration.get("DataCaptureConfig", {}).get("EnableCapture", False)
        checks.append(Check("requests are captured", *_is(str(captured), "True")))
    names = {"InferenceComponentName": endpoint} if config.kind is Kind.COMPONENTS else {}
    called = Endpoint(endpoint, requested.content_type, requested.accept, names)
    limits = config.integration_test
    count = len(requested.samples[: limits.samples])
    if config.kind is Kind.ASYNCHRONOUS:
        answers = configuration["AsyncInferenceConfig"]["OutputConfig"]["S3OutputPath"]
        minutes = limits.answer_minutes
        ask = through_s3(clients["runtime"], clients["s3"], called, answers, minutes=minutes)
        return [
            *checks,
            *_answers(ask, requested, count, endpoint),
            *_difference(ask, before, limits),
        ]
    ask = at_once(clients["runtime"], called)
    if config.kind is Kind.COMPONENTS:
        waking(ask, requested.samples[0], minutes=limits.answer_minutes)
    # The first answers show what they are; they are slow, as a model that wakes up is.
    checks += [*_answers(ask, requested, count, endpoint), *_difference(ask, before, limits)]
    if not limits.invocations:
        return checks
    numbers = itertools.islice(itertools.cycle(range(1, count + 1)), limits.invocations)
    seconds = [_timed(ask, number, requested, endpoint) for number in numbers]
    return [*checks, latency(seconds, limits.latency_milliseconds)]


def _answers(ask: Ask, requested: Requests, count: int, endpoint: str) -> list[Check]:
    return [
        judge(number, requested.samples[number - 1], asked(ask, number, requested, endpoint))
        for number in range(1, count + 1)
    ]


def _difference(ask: Ask, before: Requests | None, limits: IntegrationTest) -> list[Check]:
    """How the answers differ from those of the version before, where there is one."""
    if before is None:
        return []
    what = "answers differ from the version before"
    found = pairs(ask, before, limits.samples)
    if isinstance(found, str):
        return [Check(what, found, True)]
    bounds = Bounds(limits.mean_difference, limits.changed_share)
    return [Check(what, *told(found, bounds))]


def _timed(ask: Ask, number: int, requested: Requests, endpoint: str) -> float:
    started = time.perf_counter()
    asked(ask, number, requested, endpoint)
    return time.perf_counter() - started


def judge(number: int, sample: Mapping[str, Any], answer: str) -> Check:
    """Whether an answer is a number in the sample's range, or holds what the sample expects."""
    what = f"answer to sample {number}"
    shown = answer.strip()[:60]
    if "contains" in sample:
        return Check(what, shown, str(sample["contains"]) in answer)
    if "equals" in sample:
        return Check(what, f"{shown} ({sample['equals']})", first(answer) == sample["equals"])
    try:
        value = float(answer.strip().splitlines()[0])
    except (ValueError, IndexError):
        return Check(what, f"{shown!r} is no number", False)
    inside = sample["minimum"] <= value <= sample["maximum"]
    wanted = f"{sample['minimum']:.6g} to {sample['maximum']:.6g}"
    return Check(what, f"{value:.6g} ({wanted})", inside)


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
