"""Settings that AWS's Foundational Security Best Practices ask for, and what services refuse.

Source: AWS Security Hub User Guide, the controls by the ids in the table; where there is none, the
page of the service.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mlops_rehearsal.behaviour.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a property of each resource of a type must be.

    Attributes:
        path: names and numbers, `*` for each entry.
        wanted: the values that are right; none for any value that is not empty.
    """

    type: str
    path: str
    wanted: tuple[Any, ...] = ()
    source: str


S3: Final = "AWS::S3::Bucket"
BUILD: Final = "AWS::CodeBuild::Project"
DOMAIN: Final = "AWS::SageMaker::Domain"
ENDPOINT: Final = "AWS::SageMaker::EndpointConfig"
SETTINGS: Final = (
    Setting(type="AWS::KMS::Key", path="EnableKeyRotation", wanted=(True,), source="KMS.4"),
    *(
        Setting(
            type=S3, path=f"PublicAccessBlockConfiguration.{name}", wanted=(True,), source="S3.8"
        )
        for name in (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
    ),
    Setting(type=S3, path="VersioningConfiguration.Status", wanted=("Enabled",), source="S3.14"),
    Setting(
        type=S3,
        path="OwnershipControls.Rules.0.ObjectOwnership",
        wanted=("BucketOwnerEnforced",),
        source="S3.12",
    ),
    Setting(
        type=S3, path="LifecycleConfiguration.Rules.0.Status", wanted=("Enabled",), source="S3.13"
    ),
    Setting(
        type="AWS::Logs::LogGroup",
        path="RetentionInDays",
        wanted=(365, 731, 1096, 1827),
        source="CloudWatch.16",
    ),
    Setting(
        type=BUILD,
        path="Environment.PrivilegedMode",
        wanted=(False, True),
        source="CodeBuild User Guide, Docker",
    ),
    Setting(type=BUILD, path="EncryptionKey", source="CodeBuild.3"),
    Setting(type="AWS::EC2::Subnet", path="MapPublicIpOnLaunch", wanted=(False,), source="EC2.15"),
    Setting(type=DOMAIN, path="AppNetworkAccessType", wanted=("VpcOnly",), source="SageMaker.2"),
    Setting(type=DOMAIN, path="KmsKeyId", source="SageMaker DG, Protect Data at Rest"),
    Setting(
        type="AWS::SageMaker::Model",
        path="EnableNetworkIsolation",
        wanted=(True,),
        source="SageMaker.5",
    ),
    Setting(
        type="AWS::SageMaker::Model",
        path="VpcConfig.Subnets.1",
        source="SageMaker DG, hosting in a VPC",
    ),
    Setting(
        type="AWS::CodePipeline::Pipeline",
        path="PipelineType",
        wanted=("V2",),
        source="CodePipeline UG, pipeline types: variables and conditions",
    ),
    Setting(
        type="AWS::CodePipeline::Pipeline",
        path="ArtifactStore.EncryptionKey.Id",
        source="CodePipeline UG, encryption",
    ),
)


def settings_are_safe(stack: Stack) -> Iterator[str]:
    """Each row of the table, for each resource of its type."""
    for row in SETTINGS:
        for found in stack.of_type(row.type):
            value = _at(found.properties, row.path.split("."))
            if (value not in row.wanted) if row.wanted else not value:
                yield f"{found.id}: {row.path} is {value!r} ({row.source})"


def _at(value: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value
