"""What the owners of existing keys add to the policies of these keys.

A role of another account needs both: the policy of the key, which is this, and a policy of its own,
which the platform's stacks write (KMS Developer Guide, "Allowing users in other accounts to use a
KMS key"). A statement names no more than what the platform's own keys let in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from mlops_commons.config.key_places import Delivery, KeyUse, uses_of
from mlops_commons.config.values import region_partitions, url_suffix
from mlops_commons.execution_policies.physical_names import KEPT_LENGTH
from mlops_commons.iam.key_policies import THIS_KEY
from mlops_commons.iam.statements import Condition, Principals, Statement, actions
from mlops_commons.iam.through_services import through
from mlops_commons.organization import KeyPurpose
from mlops_commons.stage import PlatformConfig

Uses = Sequence[KeyUse]
TITLES: Final = {
    KeyPurpose.STUDIO: "volumes, logs and notices of Studio are encrypted with it",
    KeyPurpose.NETWORK_LOGS: "log groups of networks are encrypted with it",
    KeyPurpose.DELIVERIES: "artifacts, notices and logs of deliveries are encrypted with it",
}
ENCRYPT: Final = actions(
    "kms", "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey DescribeKey"
)
FOR_SERVICES: Final[Condition] = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def statements_by_key(
    config: PlatformConfig,
) -> Iterator[tuple[str, KeyPurpose, Sequence[Statement]]]:
    """Each existing key and purpose, with the statements that its policy needs."""
    for purpose in KeyPurpose:
        uses: dict[str, list[KeyUse]] = {}
        for use in uses_of(config, purpose):
            uses.setdefault(config.org.key_arn(purpose, use.account, use.region), []).append(use)
        for arn, found in uses.items():
            if arn:
                yield arn, purpose, STATEMENTS[purpose](found)


def _of_networks(uses: Uses) -> tuple[Statement, ...]:
    return (_log_groups("EncryptLogGroupsOfNetworks", uses),)


def _of_studio(uses: Uses) -> tuple[Statement, ...]:
    """Personas use it through SageMaker, S3 and EBS, and let SageMaker use it for volumes.

    Sources: SageMaker API Reference, CreateDomain, KmsKeyId; the handlers of the type
    AWS::SageMaker::Domain for CloudFormation's role; Amazon EBS User Guide, "Requirements for
    Amazon EBS encryption", for volumes of spaces; KMS Developer Guide, "Allows key users to use
    the KMS key" for grants. No page says that a domain takes a key of another account.
    """
    people = tuple(_roles(use, "Personas") for use in uses)
    makers = tuple(f"{_account(use)}:role/{use.execution_role}" for use in uses)
    return (
        _log_groups("EncryptLogGroupsOfStudio", uses),
        _alarms("PublishAlarmsOfStudio", uses),
        Statement(
            sid="UseByPersonas",
            principals=_roots(uses),
            actions=(*ENCRYPT, "kms:GenerateDataKeyWithoutPlaintext"),
            resources=THIS_KEY,
            condition={**_by(people), **through("ec2", "s3", "sagemaker", region=uses[0].region)},
        ),
        Statement(
            sid="MakeDomains",
            principals=_roots(uses),
            actions=actions("kms", "Decrypt DescribeKey GenerateDataKeyWithoutPlaintext"),
            resources=THIS_KEY,
            condition=_by(makers),
        ),
        Statement(
            sid="GrantToServicesOfStudio",
            principals=_roots(uses),
            actions=("kms:CreateGrant",),
            resources=THIS_KEY,
            condition={**_by((*people, *makers)), **FOR_SERVICES},
        ),
    )


def _of_deliveries(uses: Uses) -> tuple[Statement, ...]:
    """Roles of the pipelines use it, roles of stages read the artifacts, people upload archives.

    Sources: CodePipeline User Guide, "Create a pipeline in CodePipeline that uses resources from
    another AWS account"; Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and
    costs"; Amazon S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys": the
    encryption context is the ARN of the bucket.
    """
    deliveries = [use for use in uses if isinstance(use, Delivery)]
    topics = tuple(_arn("sns", use, use.topic) for use in deliveries)
    archives = tuple(
        f"arn:{_partition(use)}:s3:::{use.archive}" for use in deliveries if use.archive
    )
    partition = _partition(uses[0])
    deployers = {pair: None for use in deliveries for pair in use.deployers}
    upload = Statement(
        sid="UploadArchives",
        principals=_roots(uses),
        actions=actions("kms", "Decrypt GenerateDataKey"),
        resources=THIS_KEY,
        condition={
            "StringEquals": {
                **through("s3", region=uses[0].region)["StringEquals"],
                "kms:EncryptionContext:aws:s3:arn": archives,
            }
        },
    )
    read = Statement(
        sid="ReadArtifactsToDeploy",
        principals=Principals(
            aws=tuple(dict.fromkeys(f"arn:{partition}:iam::{a}:root" for a, _ in deployers))
        ),
        actions=actions("kms", "Decrypt DescribeKey"),
        resources=THIS_KEY,
        condition={
            **_by(tuple(f"arn:{partition}:iam::{a}:role/{role}" for a, role in deployers)),
            **through("s3", region=uses[0].region),
        },
    )
    return (
        _log_groups("EncryptLogGroupsOfDeliveries", uses),
        _alarms("PublishAlarmsOfDeliveries", uses),
        Statement(
            sid="PublishFailuresOfDeliveries",
            principals=Principals(services=("events.amazonaws.com",)),
            actions=actions("kms", "Decrypt GenerateDataKey"),
            resources=THIS_KEY,
            condition={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topics}},
        ),
        Statement(
            sid="UseByPipelines",
            principals=_roots(uses),
            actions=ENCRYPT,
            resources=THIS_KEY,
            condition=_by(tuple(_roles(use, "Delivery") for use in uses)),
        ),
        *((read,) if deployers else ()),
        *((upload,) if archives else ()),
    )


STATEMENTS: Final[Mapping[KeyPurpose, Callable[[Uses], tuple[Statement, ...]]]] = {
    KeyPurpose.STUDIO: _of_studio,
    KeyPurpose.NETWORK_LOGS: _of_networks,
    KeyPurpose.DELIVERIES: _of_deliveries,
}
"""To add a purpose, write what its key lets in and name it here."""


def _log_groups(sid: str, uses: Uses) -> Statement:
    """CloudWatch Logs, for the log groups that CloudFormation names after these stacks.

    Source: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS". No page
    says that a log group takes a key of another account.
    """
    groups = tuple(_arn("logs", use, f"log-group:{use.stack}-*") for use in uses)
    # A key is of one region, so all uses are.
    service = f"logs.{uses[0].region}.{url_suffix(uses[0].region)}"
    return Statement(
        sid=sid,
        principals=Principals(services=(service,)),
        actions=ENCRYPT,
        resources=THIS_KEY,
        condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def _alarms(sid: str, uses: Uses) -> Statement:
    """CloudWatch, for alarms that publish to encrypted topics (SNS Developer Guide, "Managing
    Amazon SNS encryption keys and costs")."""
    alarms = tuple(_arn("cloudwatch", use, f"alarm:{use.stack}-*") for use in uses)
    return Statement(
        sid=sid,
        principals=Principals(services=("cloudwatch.amazonaws.com",)),
        actions=actions("kms", "Decrypt GenerateDataKey"),
        resources=THIS_KEY,
        condition={
            "StringEquals": {"aws:SourceAccount": _accounts(uses)},
            "ArnLike": {"aws:SourceArn": alarms},
        },
    )


def _roots(uses: Uses) -> Principals:
    """Accounts, of which a condition names the roles: CloudFormation makes the names up, and a
    policy that names a role is refused while the role is not there."""
    return Principals(aws=tuple(dict.fromkeys(f"{_account(use)}:root" for use in uses)))


def _roles(use: KeyUse, beginning: str) -> str:
    """Roles of a stack, whose logical ids begin like this; of a long name only what surely stays.

    See `physical_names`: CloudFormation shortens both parts of a name that is too long.
    """
    fits = len(use.stack) <= KEPT_LENGTH
    name = f"{use.stack}-{beginning}*" if fits else f"{use.stack[:KEPT_LENGTH]}*"
    return f"{_account(use)}:{use.roles.resource(use.roles.pattern(name))}"


def _by(roles: tuple[str, ...]) -> Condition:
    return {"ArnLike": {"aws:PrincipalArn": tuple(dict.fromkeys(roles))}}


def _account(use: KeyUse) -> str:
    return f"arn:{_partition(use)}:iam::{use.account}"


def _accounts(uses: Uses) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.account for use in uses))


def _arn(service: str, use: KeyUse, resource: str) -> str:
    return f"arn:{_partition(use)}:{service}:{use.region}:{use.account}:{resource}"


def _partition(use: KeyUse) -> str:
    return region_partitions().get(use.region, "aws")
