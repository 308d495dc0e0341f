"""The policies of VPC endpoints: whose requests pass, and to which buckets of AWS's own."""

from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.cloudformation import ref, sub
from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint


@dataclass(frozen=True)
class OwnedBucket:
    """A bucket of AWS's from which workloads read without a principal of this account.

    Attributes:
        name: the bucket, with `${AWS::Region}` in it.
        purpose: what is in it and who reads it how.
        source: the page that names it, written as in the table of endpoints.
    """

    name: str
    purpose: str
    source: str


OWNED_BUCKETS: Final = (
    OwnedBucket(
        "prod-${AWS::Region}-starport-layer-bucket",
        "image layers of Amazon ECR, by URLs that ECR's own account signs",
        "AmazonECR/userguide/vpc-endpoints",
    ),
    OwnedBucket(
        "al2023-repos-${AWS::Region}-de612dc2",
        "packages of Amazon Linux 2023, by unsigned requests of dnf",
        "linux/al2023/ug/live-patching",
    ),
    OwnedBucket(
        "amazonlinux-2-repos-${AWS::Region}",
        "packages of Amazon Linux 2, by unsigned requests of yum",
        "linux/al2/ug/al2-live-patching",
    ),
    OwnedBucket(
        "jumpstart-cache-prod-${AWS::Region}",
        "model artifacts of SageMaker JumpStart, by SageMaker's service",
        "sagemaker/dg/jumpstart-deploy",
    ),
)
"""What a principal of this account reads from AWS's buckets, CodeArtifact's and SageMaker's samples
among them, passes by the first statement already."""


def endpoint_policy(endpoint: VpcEndpoint) -> dict[str, Any] | None:
    """The policy of an endpoint, or none where the row says that it takes none.

    An endpoint policy grants nothing: it is the most that may pass, on top of what a principal's
    own policies allow. So the actions are a whole service and the resource is `*`; the condition
    is the limit, and keeps credentials of other accounts from being used inside the VPC.
    """
    if not endpoint.policy:
        return None
    statements = [_statement("PrincipalsOfThisAccount", f"{endpoint.policy}:*", OWN_ACCOUNT)]
    if endpoint.kind is EndpointKind.GATEWAY:
        statements += _bucket_statements()
    return {"Version": "2012-10-17", "Statement": statements}


OWN_ACCOUNT: Final = {"StringEquals": {"aws:PrincipalAccount": ref("AWS::AccountId")}}
AWS_SERVICE: Final = {"Bool": {"aws:PrincipalIsAWSService": "true"}}


def _bucket_statements() -> list[dict[str, Any]]:
    """What must pass Amazon S3's endpoint although no principal of this account signs it.

    A Lambda function inside the VPC that serves a custom resource answers to a URL which
    CloudFormation signs (CloudFormation User Guide, "Access CloudFormation using an interface
    endpoint").
    """
    return [
        _statement("UrlsSignedByAwsServices", ["s3:GetObject", "s3:PutObject"], AWS_SERVICE),
        {
            "Sid": "ReadBucketsOfAws",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": [
                sub(f"arn:${{AWS::Partition}}:s3:::{bucket.name}/*") for bucket in OWNED_BUCKETS
            ],
        },
    ]


def _statement(sid: str, actions: str | list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": "*",
        "Condition": condition,
    }
