"""What the configuration gives a persona besides: buckets of the organization, by statements."""

from collections.abc import Iterable, Iterator
from typing import Final

from mlops_commons.iam.statements import Statement, actions
from mlops_commons.iam.through_services import through
from mlops_commons.stage import Access, DataBucket
from mlops_infra.access.data import WRITE_OBJECTS
from mlops_infra.access.whose import BUCKET

NAMED: Final = "the configuration names the bucket; its objects are named while people work"
OF_BUCKETS: Final = "keys have random ids; a condition allows their use through S3 only"


def use_buckets(buckets: Iterable[DataBucket]) -> tuple[Statement, ...]:
    """The statements for buckets of one's own, each of one account."""
    by_account: dict[str, list[DataBucket]] = {}
    for bucket in buckets:
        by_account.setdefault(bucket.account or "${AWS::AccountId}", []).append(bucket)
    return tuple(
        statement
        for number, (account, owned) in enumerate(sorted(by_account.items()), start=1)
        for statement in _of_account(str(number), account, owned)
    )


def _of_account(number: str, account: str, buckets: list[DataBucket]) -> Iterator[Statement]:
    owner = {"StringEquals": {"aws:ResourceAccount": account}}
    written = tuple(f"{BUCKET}{b.name}/*" for b in buckets if b.access is Access.READ_WRITE)
    yield Statement(
        sid=f"ListData{number}",
        actions=actions("s3", "ListBucket GetBucketLocation"),
        resources=tuple(f"{BUCKET}{bucket.name}" for bucket in buckets),
        condition=owner,
    )
    yield Statement(
        sid=f"ReadData{number}",
        actions=("s3:GetObject",),
        resources=tuple(f"{BUCKET}{bucket.name}/*" for bucket in buckets),
        reason=NAMED,
        condition=owner,
    )
    if written:
        yield Statement(
            sid=f"WriteOwnData{number}",
            actions=(*WRITE_OBJECTS, "s3:ListMultipartUploadParts"),
            resources=written,
            reason=NAMED,
            condition=owner,
        )
    yield Statement(
        sid=f"UseKeysOfData{number}",
        actions=actions("kms", "Decrypt GenerateDataKey" if written else "Decrypt"),
        resources=(f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:{account}:key/*",),
        reason=OF_BUCKETS,
        condition=through("s3"),
    )
