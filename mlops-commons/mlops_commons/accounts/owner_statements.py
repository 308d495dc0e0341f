"""What the owners of the organization's buckets, keys and endpoints add to the policies of these.

Nothing here can change such a policy, and nothing may: a platform that could rewrite the policy of
the log archive could open it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.accounts.endpoint_statements import statements_by_endpoint
from mlops_commons.accounts.key_statements import TITLES, statements_by_key
from mlops_commons.config.values import region_partitions
from mlops_commons.iam.statements import Condition, Principals, Statement, actions
from mlops_commons.organization import AccessLogArchive, FlowLogArchive, KeyPurpose
from mlops_commons.stage import CreateNetwork, PlatformConfig

ACCESS_LOG_DELIVERY: Final = Principals(services=("logging.s3.amazonaws.com",))
LOG_DELIVERY: Final = Principals(services=("delivery.logs.amazonaws.com",))
OWNED_BY_BUCKET: Final = "bucket-owner-full-control"
KEY_USE: Final = actions(
    "kms", "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey DescribeKey"
)


MOST_OF_KEY: Final = 32_768
"""KMS Developer Guide, "Resource quotas": bytes of a key policy."""
MOST_OF_OTHERS: Final = 20_480
"""Amazon S3 User Guide, "Bucket policies"; quotas of Amazon VPC, "Characters per VPC endpoint
policy"."""


@dataclass(frozen=True, kw_only=True)
class OwnerStatements:
    """What one policy of somebody else's needs.

    Attributes:
        policy_of: the ARN of the bucket or key, or the service and the Profile of the endpoint.
        purpose: what fails without it.
    """

    policy_of: str
    purpose: str
    statements: tuple[Mapping[str, Any], ...]

    @property
    def excess(self) -> int:
        """By how many characters they alone are too long for a policy; 0 where they fit."""
        return max(0, len(json.dumps(self.statements)) - self._most)

    @property
    def _most(self) -> int:
        return MOST_OF_KEY if ":kms:" in self.policy_of else MOST_OF_OTHERS


def owner_statements(config: PlatformConfig) -> tuple[OwnerStatements, ...]:
    """What all enabled stages together need; nothing where the organization names nothing."""
    flow_logs, access_logs = config.org.flow_logs, config.org.access_logs
    networks = _places_of_networks(config)
    return (
        *(_of_flow_logs(flow_logs, networks) if flow_logs and networks else ()),
        *(_of_access_logs(access_logs, place) for place in _places(config) if access_logs),
        *(_of_key(*row) for row in statements_by_key(config)),
        *(_of_endpoint(*row) for row in statements_by_endpoint(config)),
    )


def _of_key(arn: str, purpose: KeyPurpose, statements: Sequence[Statement]) -> OwnerStatements:
    return OwnerStatements(
        policy_of=arn,
        purpose=TITLES[purpose],
        statements=tuple(statement.document() for statement in statements),
    )


def _of_endpoint(
    profile: str, service: str, statements: tuple[Mapping[str, Any], ...]
) -> OwnerStatements:
    purpose = "workloads use the central endpoint with this policy"
    if not statements:
        purpose = "workloads use the central endpoint; AWS knows no policy of it"
    return OwnerStatements(
        policy_of=f"{service} of {profile}", purpose=purpose, statements=statements
    )


def _places(config: PlatformConfig) -> tuple[tuple[str, str], ...]:
    """Accounts and regions with buckets: governance and every stage."""
    governance = config.pipeline
    stages = (stage for d in config.enabled_deployments for stage in d.enabled_stages)
    found = {(stage.account, stage.region) for stage in stages}
    return tuple(sorted({(governance.account, governance.region), *found}))


def _of_access_logs(archive: AccessLogArchive, place: tuple[str, str]) -> OwnerStatements:
    """Source: Amazon S3 User Guide, "Permissions for log delivery"."""
    account, region = place
    name = archive.bucket_in(account, region)
    bucket = f"arn:{region_partitions().get(region, 'aws')}:s3:::{name}"
    write = Statement(
        sid="WriteAccessLogs",
        principals=ACCESS_LOG_DELIVERY,
        actions=("s3:PutObject",),
        resources=(f"{bucket}/{archive.prefix}*",),
        condition={"StringEquals": {"aws:SourceAccount": account}},
    )
    return OwnerStatements(
        policy_of=bucket,
        purpose=f"access logs of the buckets of {account} in {region} are written to it",
        statements=(write.document(),),
    )


def _places_of_networks(config: PlatformConfig) -> tuple[tuple[str, str], ...]:
    """Accounts and regions with a network that the platform makes, and so with flow logs."""
    found = {
        (stage.account, stage.region)
        for deployment in config.enabled_deployments
        for stage in deployment.enabled_stages
        if isinstance(config.network(deployment.set_name, stage.stage_name), CreateNetwork)
    }
    return tuple(sorted(found))


def _of_flow_logs(
    archive: FlowLogArchive, places: Sequence[tuple[str, str]]
) -> tuple[OwnerStatements, ...]:
    """Sources: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs" and "Required
    key policy for use with SSE-KMS"."""
    accounts = tuple(dict.fromkeys(account for account, _ in places))
    partition = archive.bucket_arn.split(":")[1]
    for_whom = {"aws:SourceAccount": accounts}
    sources = tuple(f"arn:{partition}:logs:{region}:{account}:*" for account, region in places)
    condition: Condition = {"StringEquals": for_whom, "ArnLike": {"aws:SourceArn": sources}}
    write = Statement(
        sid="WriteFlowLogs",
        principals=LOG_DELIVERY,
        actions=("s3:PutObject",),
        resources=tuple(archive.objects(account) for account in accounts),
        condition={**condition, "StringEquals": {**for_whom, "s3:x-amz-acl": OWNED_BY_BUCKET}},
    )
    look = Statement(
        sid="CheckBucketOfFlowLogs",
        principals=LOG_DELIVERY,
        actions=("s3:GetBucketAcl", "s3:ListBucket"),
        resources=(archive.bucket,),
        condition=condition,
    )
    encrypt = Statement(
        sid="EncryptFlowLogs",
        principals=LOG_DELIVERY,
        actions=KEY_USE,
        resources=("*",),
        condition=condition,
    )
    bucket = OwnerStatements(
        policy_of=archive.bucket,
        purpose="flow logs of networks are written to it",
        statements=(write.document(), look.document()),
    )
    key = OwnerStatements(
        policy_of=archive.key_arn,
        purpose="flow logs are encrypted with it",
        statements=(encrypt.document(),),
    )
    return (bucket, key) if archive.key_arn else (bucket,)
