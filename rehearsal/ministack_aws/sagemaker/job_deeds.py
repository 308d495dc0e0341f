"""What SageMaker does with the role of a job or a model beside moving data."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ministack_aws.access import deeds
from ministack_aws.access.interfaces import refusal_to_join
from ministack_aws.arns import arn
from ministack_aws.engine import logs
from ministack_aws.engine.types import Request
from ministack_aws.errors import ServiceError
from ministack_aws.network.reach import Call, refusal

SERVICE: Final = "sagemaker.amazonaws.com"
ADDRESS: Final = re.compile(
    r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)(?:[:@].+)?"
)


def prepare(kind: str, request: Request, role: str, job: str) -> None:
    """Ask for what SageMaker does before a job runs.

    Args:
        kind: such as `TrainingJob`.
        job: its ARN.

    Raises:
        ServiceError: the role lacks a permission, or the network is not there.
    """
    name = job.rpartition("/")[2]
    _refuse(log_refusal(f"/aws/sagemaker/{kind}s", name, role))
    _refuse(image_refusal(_images(request), role))
    vpc = request.get("VpcConfig") or request.get("NetworkConfig", {}).get("VpcConfig") or {}
    _refuse(vpc_refusal(vpc, role, job))
    for key in _volume_keys(request):
        _refuse(volume_refusal(key, role))


def log_refusal(group: str, stream: str, role: str) -> str | None:
    """Why a role may not write a log of CloudWatch Logs and metrics; None where it may.

    AWS runs a job whose role may not, and nobody ever sees what it has printed.
    """
    here = arn("logs", f"log-group:{group}")
    resources = {
        "group": () if group in logs.groups() else (here,),
        "stream": (f"{here}:log-stream:{stream}",),
    }
    return deeds.ask(SERVICE, "write the log and metrics of a job", role, resources)


def image_refusal(images: Iterable[str], role: str) -> str | None:
    """Why a role may not pull images from ECR; None where it may."""
    found = [match for image in images if (match := ADDRESS.fullmatch(image))]
    repositories = [f"arn:aws:ecr:{m[2]}:{m[1]}:repository/{m[3]}" for m in found]
    return deeds.ask(SERVICE, "pull the image", role, {"image": repositories})


def vpc_refusal(vpc: Mapping[str, Any], role: str, source: str) -> str | None:
    """Why a role may not join a VPC; None where it may, or need not."""
    subnets, groups = vpc.get("Subnets") or (), vpc.get("SecurityGroupIds") or ()
    return refusal_to_join(SERVICE, role, subnets, groups, source) or _unreachable(
        subnets, groups, role
    )


def _unreachable(subnets: Iterable[str], groups: Sequence[str], role: str) -> str | None:
    """SageMaker Developer Guide, "Give SageMaker access to resources in your Amazon VPC": data and
    models come from S3 through the VPC."""
    session = f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rpartition('/')[2]}/SageMaker"
    call = Call(service="s3", principal=session, action="s3:GetObject")
    found = (refusal(subnet, list(groups), call) for subnet in subnets)
    return next(filter(None, found), None)


def volume_refusal(key: str, role: str) -> str | None:
    """Why a role may not let SageMaker encrypt volumes with a key; None where it may."""
    found = key if key.startswith("arn:") else arn("kms", f"key/{key}")
    return deeds.ask(SERVICE, "encrypt volumes", role, {"key": (found,)})


def alarms_refusal(alarms: Sequence[str], role: str) -> str | None:
    """Why a role may not read the alarms that guard a deployment; None where it may."""
    return deeds.ask(SERVICE, "read the alarms of a deployment", role, {"alarm": alarms})


def answers_refusal(places: Sequence[str], keys: Sequence[str], role: str) -> str | None:
    """Why a role may not write the answers of an asynchronous endpoint; None where it may."""
    resources = {"object": places, "key": keys}
    return deeds.ask(SERVICE, "leave asynchronous answers", role, resources)


def topics_refusal(topics: Sequence[str], keys: Sequence[str], role: str) -> str | None:
    """Why a role may not tell topics of these answers; None where it may."""
    return deeds.ask(SERVICE, "tell of asynchronous answers", role, {"topic": topics, "key": keys})


def _images(request: Request) -> Iterator[str]:
    for part, name in (
        ("AlgorithmSpecification", "TrainingImage"),
        ("AppSpecification", "ImageUri"),
    ):
        image = request.get(part, {}).get(name)
        if image:
            yield str(image)


def _volume_keys(request: Request) -> Iterator[str]:
    cluster = request.get("ProcessingResources", {}).get("ClusterConfig", {})
    for part in (request.get("ResourceConfig", {}), request.get("TransformResources", {}), cluster):
        if part.get("VolumeKmsKeyId"):
            yield str(part["VolumeKmsKeyId"])


def _refuse(text: str | None) -> None:
    if text:
        raise ServiceError("AccessDeniedException", text)
