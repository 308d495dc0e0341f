"""The kinds of endpoints, and what a stage's file may not say beside each.

What is inherited from `defaults.yml` and does not fit is left out; what is written in the file that
chooses the kind, or above it, is refused: somebody would believe that it works.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from deploy_app.errors import DeployError
from deploy_app.settings import Settings
from deploy_app.stage_files import Places, Problem


class Kind(StrEnum):
    """How an endpoint is invoked, and what it runs on."""

    REALTIME = "realtime"
    SERVERLESS = "serverless"
    ASYNCHRONOUS = "asynchronous"
    COMPONENTS = "components"
    NONE = "none"


NO_MACHINES = "a serverless endpoint has no machines; serverless.memory_megabytes is its size"
NOT_CAPTURED = "SageMaker captures nothing of serverless endpoints"
NOT_OF_SERVERLESS = "without captures there is nothing to compare"
IN_S3 = "requests and answers of an asynchronous endpoint lie in S3 anyway"
NOT_OF_ASYNCHRONOUS = "the comparison reads captures, which an asynchronous endpoint does not have"
NO_SHADOW = "SageMaker copies requests of real-time endpoints alone to a shadow"
OF_COMPONENTS = "this is for kind: components"
NOT_IN_VARIANT = (
    "the configuration of an endpoint with components names no model to copy requests for"
)
NOT_DOCUMENTED = "AWS documents no captures of inference components"
NO_COMPARISON = "the comparison reads captures, which inference components do not have"
BY_COPIES = "copies and their machines follow component.concurrent_requests"
REFUSED: Mapping[Kind, Mapping[str, str]] = {
    Kind.REALTIME: {
        "serverless": "this is for kind: serverless",
        "asynchronous": "this is for kind: asynchronous",
        "component": OF_COMPONENTS,
    },
    Kind.SERVERLESS: {
        "component": OF_COMPONENTS,
        "asynchronous": "this is for kind: asynchronous",
        "variant": NO_MACHINES,
        "shadow": NO_SHADOW,
        "auto_scaling": "it scales by itself, up to serverless.maximum_concurrency",
        "data_capture.sampling_percentage": NOT_CAPTURED,
        "rollout.canary": "the canary is a share of machines, which it does not have",
        "monitoring.data_quality": NOT_OF_SERVERLESS,
    },
    Kind.ASYNCHRONOUS: {
        "component": OF_COMPONENTS,
        "serverless": "this is for kind: serverless",
        "shadow": NO_SHADOW,
        "data_capture.sampling_percentage": IN_S3,
        "monitoring.data_quality": NOT_OF_ASYNCHRONOUS,
    },
    Kind.COMPONENTS: {
        "serverless": "this is for kind: serverless",
        "asynchronous": "this is for kind: asynchronous",
        "shadow": NOT_IN_VARIANT,
        "auto_scaling.invocations_per_instance": BY_COPIES,
        "data_capture.sampling_percentage": NOT_DOCUMENTED,
        "monitoring.data_quality": NO_COMPARISON,
    },
    Kind.NONE: {},
}
"""By kind the keys that mean nothing there, with the reason. `false`, 0 and nothing say so anyway.

Sources: SageMaker Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference",
feature exclusions (GPUs, VPC configuration, network isolation, data capture, multiple production
variants, Model Monitor); "Shadow tests", exclusions (serverless and asynchronous inference)."""


def misplaced(config: Any, places: Places) -> Iterator[Problem]:
    """Keys that do not fit the kind, in the file that chooses it or above."""
    chosen = places.get("kind")
    for key, reason in REFUSED[config.kind].items():
        place = places.get(key)
        if place is None or not _value(config, key):
            continue
        if chosen is None or place.above >= chosen.above:
            yield key, f"kind is {config.kind.value}: {reason}; remove it"


def _value(config: Any, key: str) -> Any:
    for name in key.split("."):
        config = getattr(config, name)
    return config


def refuse_image_of_dev(kind: Kind, settings: Settings, stage: str) -> None:
    """Refuse a serverless endpoint of an image that is in another account.

    Source: SageMaker's own words, as https://github.com/aws/amazon-sagemaker-feedback/issues/181
    quotes them: "the bring-your-own container image URI does not reside in an Amazon ECR repository
    within the same AWS account creating the endpoint".

    Raises:
        DeployError: it is.
    """
    account = settings.account(stage)
    if kind is Kind.SERVERLESS and settings.ecr_repo_arn and account != settings.dev_account:
        raise DeployError(
            f"config/{stage}.yml: kind is serverless, but the project's image is in account "
            f"{settings.dev_account} and {stage} is {account}; SageMaker takes images of the same "
            "account only: choose kind: asynchronous, which scales to zero too"
        )


WITHOUT_COMPONENTS = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2"),
    *("ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1"),
    *("cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-1", "eu-south-2", "eu-west-3"),
    *("il-central-1", "mx-central-1", "us-gov-west-1", "us-west-1"),
)
"""Regions with models, but without AWS::SageMaker::InferenceComponent: the registries of
CloudFormation's types, as cfn-lint has them."""


def refuse_components(kind: Kind, settings: Settings, stage: str) -> None:
    """Refuse inference components where the region does not have them.

    Raises:
        DeployError: it does not.
    """
    region = settings.deployment_region
    if kind is Kind.COMPONENTS and region in WITHOUT_COMPONENTS:
        raise DeployError(
            f"config/{stage}.yml: kind is components, and {region} has no inference components: "
            "choose kind: asynchronous, which scales to zero too, or kind: realtime"
        )
