"""Buckets of accounts that are none of the platform's."""

from typing import Any, Final

WITHOUT_CONSTRAINT: Final = "us-east-1"
"""API_CreateBucket, LocationConstraint: of this region nothing is said."""


def create_bucket(s3: Any, name: str, region: str) -> None:
    """Make a bucket in a region, which its client has to be of."""
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **(where if region != WITHOUT_CONSTRAINT else {}))
