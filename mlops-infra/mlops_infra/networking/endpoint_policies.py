"""The policies of VPC endpoints: whose requests pass, and to which buckets of AWS's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint


@dataclass(frozen=True)
class OwnedBucket:
    """A bucket of AWS's from which workloads read without a principal of this account.

    Attributes:
        name: the bucket, with `{region}` in it.
        purpose: what is in it and who reads it how.
        source: the page that names it, written as in the table of endpoints.
    """

    name: str
    purpose: str
    source: str


OWNED_BUCKETS: Final = (
    OwnedBucket(
        "prod-{region}-starport-layer-bucket",
        "image layers of Amazon ECR, by URLs that ECR's own account signs",
        "AmazonECR/userguide/vpc-endpoints",
    ),
    OwnedBucket(
        "al2023-repos-{region}-de612dc2",
        "packages of Amazon Linux 2023, by unsigned requests of dnf",
        "linux/al2023/ug/live-patching",
    ),
    OwnedBucket(
        "amazonlinux-2-repos-{region}",
        "packages of Amazon Linux 2, by unsigned requests of yum",
        "linux/al2/ug/al2-live-patching",
    ),
    OwnedBucket(
        "jumpstart-cache-prod-{region}",
        "model artifacts of SageMaker JumpStart, by SageMaker's service",
        "sagemaker/dg/jumpstart-deploy",
    ),
)
"""What a principal of this account reads from AWS's buckets, CodeArtifact's and SageMaker's samples
among them, passes by the first statement already."""


@cache
def endpoint_statements(endpoint: VpcEndpoint) -> tuple[iam.PolicyStatement, ...]:
    """The policy of an endpoint; empty where the row says that it takes none.

    An endpoint policy grants nothing: it is the most that may pass, on top of what a principal's
    own policies allow. So the actions are a whole service and the resource is `*`; the condition is
    the limit, and keeps credentials of other accounts from being used inside the VPC.

    Nothing in it depends on the stage, so the statements are made once for all networks.
    """
    if not endpoint.policy:
        return ()
    own = _statement(
        "PrincipalsOfThisAccount",
        [f"{endpoint.policy}:*"],
        condition={"StringEquals": {"aws:PrincipalAccount": cdk.Aws.ACCOUNT_ID}},
    )
    is_gateway = endpoint.kind is EndpointKind.GATEWAY
    return (own, *(_bucket_statements() if is_gateway else ()))


def _bucket_statements() -> list[iam.PolicyStatement]:
    """What must pass Amazon S3's endpoint although no principal of this account signs it.

    A Lambda function inside the VPC that serves a custom resource answers to a URL which
    CloudFormation signs (CloudFormation User Guide, "Access CloudFormation using an interface
    endpoint").
    """
    region, partition = cdk.Aws.REGION, cdk.Aws.PARTITION
    buckets = [bucket.name.format(region=region) for bucket in OWNED_BUCKETS]
    return [
        _statement(
            "UrlsSignedByAwsServices",
            ["s3:GetObject", "s3:PutObject"],
            condition={"Bool": {"aws:PrincipalIsAWSService": "true"}},
        ),
        _statement(
            "ReadBucketsOfAws",
            ["s3:GetObject"],
            resources=[f"arn:{partition}:s3:::{bucket}/*" for bucket in buckets],
        ),
    ]


def _statement(
    sid: str,
    actions: list[str],
    *,
    resources: Sequence[str] = ("*",),
    condition: Mapping[str, Mapping[str, str]] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        principals=[iam.AnyPrincipal()],
        actions=actions,
        resources=[*resources],
        conditions=condition,
    )
