"""The names that a DNS firewall lets pass in every network."""

from typing import Final

AWS_DOMAINS: Final = {
    "aws": ("amazonaws.com", "api.aws", "sagemaker.aws"),
    "aws-cn": ("amazonaws.com.cn", "api.amazonwebservices.com.cn", "sagemaker.com.cn"),
    "aws-us-gov": ("amazonaws.com", "api.aws", "sagemaker.aws"),
}
"""Under which AWS offers its services' endpoints, by partition (AWS General Reference, "Service
endpoints"; Amazon SageMaker AI Developer Guide, "Connect to Studio through an interface VPC
endpoint"). Nobody else answers questions for names below them, so that none of them carries data to
somebody else's name server."""

PRIVATE_DOMAINS: Final = ("compute.internal", "ec2.internal")
"""Names of addresses inside the VPC, which Amazon Route 53 Resolver answers itself (Amazon VPC User
Guide, "DNS attributes for your VPC")."""

PARTITION_OF_PREFIX: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def always_allowed(region: str) -> tuple[str, ...]:
    """The domains of a region's partition, `*.` in front: all names below each."""
    partition = next(
        (name for prefix, name in PARTITION_OF_PREFIX.items() if region.startswith(prefix)), "aws"
    )
    return tuple(f"*.{domain}" for domain in (*AWS_DOMAINS[partition], *PRIVATE_DOMAINS))
