"""How AWS calls its services in each partition that a network here can be in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A group of regions with names of their own.

    Attributes:
        suffix: what names of services end with, as `AWS::URLSuffix` says it.
        dual_stack: what names end with that lead to IPv6 addresses, too.
        console: what the console's name ends with.
        studio: what the addresses of Studio end with; empty where there is none.
    """

    name: str
    suffix: str
    dual_stack: str
    console: str
    studio: str = ""


PARTITIONS: Final[Mapping[str, Partition]] = {
    "cn-": Partition(
        name="aws-cn",
        suffix="amazonaws.com.cn",
        dual_stack="api.amazonwebservices.com.cn",
        console="amazonaws.cn",
        studio="sagemaker.com.cn",
    ),
    "eusc-": Partition(
        name="aws-eusc",
        suffix="amazonaws.eu",
        dual_stack="api.amazonwebservices.eu",
        console="amazonaws-eusc.eu",
    ),
    "us-gov-": Partition(
        name="aws-us-gov",
        suffix="amazonaws.com",
        dual_stack="api.aws",
        console="amazonaws-us-gov.com",
        studio="sagemaker.aws",
    ),
    "": Partition(
        name="aws",
        suffix="amazonaws.com",
        dual_stack="api.aws",
        console="aws.amazon.com",
        studio="sagemaker.aws",
    ),
}
"""By how regions begin, the rest last. Endpoints: botocore's data, which a test compares. Consoles:
AWS GovCloud (US) User Guide, "AWS Management Console for the AWS GovCloud (US) Regions"; Getting
Started with Amazon Web Services in China, "Endpoints"; of the European Sovereign Cloud, where its
users open it (https://github.com/ByteNess/aws-vault/pull/285). Studio: Amazon SageMaker AI
Developer Guide, "Connect to Studio through an interface VPC endpoint"."""


def partition_by_region(region: str) -> Partition:
    """The partition of a region; a CDK token counts as a region of the largest one."""
    return next(found for start, found in PARTITIONS.items() if region.startswith(start))
