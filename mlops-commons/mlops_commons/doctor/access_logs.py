"""Whether the organization's bucket of access logs takes those of an account.

CloudFormation refuses a bucket whose logs would go to a bucket that is not there, or elsewhere.
What S3 cannot deliver to the right bucket is lost in silence (Amazon S3 User Guide, "Troubleshoot
server access logging").
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.values import region_partitions
from mlops_commons.doctor.finding import OWNERS, Finding, Level
from mlops_commons.iam.evaluation import Request, allows, listed
from mlops_commons.utilities.errors import PlatformError

NAME: Final = "write the name as the organization has it into org.access_logs of cdk-app.yml"
SSE_S3: Final = "AES256"
GONE: Final = ("404", "NoSuchBucket")
LOGGING: Final = "logging.s3.amazonaws.com"
US_EAST_1: Final = "us-east-1"
"""What S3 answers with no location (API_GetBucketLocation)."""


def look_at_access_logs(
    area: str, row: BootstrapRow, s3: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the bucket of one account and region; none without `org.access_logs`.

    Args:
        s3: a client that is signed in there.

    Raises:
        ClientError: a call is refused.
        PlatformError: the bucket's policy cannot be evaluated.
    """
    archive = config.org.access_logs
    if archive is None:
        return
    bucket = archive.bucket_in(row.account, row.region)
    problems = list(_problems(bucket, archive.prefix, row, s3))
    for message, remedy in problems:
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=remedy)
    if not problems:
        yield Finding(level=Level.OK, area=area, message=f"{bucket} takes access logs")


def _problems(bucket: str, prefix: str, row: BootstrapRow, s3: Any) -> Iterator[tuple[str, str]]:
    from botocore.exceptions import ClientError

    try:
        region = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or US_EAST_1
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        yield f"there is no bucket {bucket} for access logs", NAME
        return
    if region != row.region:
        yield f"{bucket} is in {region}, and S3 delivers access logs within a region", NAME
        return
    algorithm = _algorithm(s3, bucket)
    if algorithm != SSE_S3:
        message = f"{bucket} is encrypted with {algorithm}, and access logs need SSE-S3"
        yield message, "ask its owners for a bucket with SSE-S3"
    if not _lets_in(_policy(s3, bucket), bucket, row, prefix):
        yield f"the policy of {bucket} does not let S3 write access logs of {row.account}", OWNERS


def _algorithm(s3: Any, bucket: str) -> str:
    found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    return str(found["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])


def _policy(s3: Any, bucket: str) -> Mapping[str, Any]:
    from botocore.exceptions import ClientError

    try:
        found: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return {"Statement": []}
    return found


def _lets_in(policy: Mapping[str, Any], bucket: str, row: BootstrapRow, prefix: str) -> bool:
    """Whether S3 may write a log of any bucket of the account, whose names nobody knows here."""
    partition = region_partitions().get(row.region, "aws")
    arn = f"arn:{partition}:s3:::{bucket}/{prefix}log"
    context = {"aws:SourceAccount": row.account, "aws:SecureTransport": "true"}
    own = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in listed(policy["Statement"])
        if _is_for_logging(statement.get("Principal"))
    ]
    try:
        return allows(own, Request("s3:PutObject", arn, context, open=True))
    except NotImplementedError as error:
        what = f"the policy of {bucket} has {error}, which is not known here"
        raise PlatformError(what) from None


def _is_for_logging(principal: Any) -> bool:
    services = principal.get("Service", ()) if isinstance(principal, Mapping) else principal
    return LOGGING in listed(services) or "*" in listed(services)
