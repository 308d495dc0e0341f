"""S3 between accounts, and what is there of a bucket."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.engine import iam, s3
from ministack_aws.engine.requests import get_account_id, get_region, request_scope, s3_action
from ministack_aws.engine.types import Attributes, Delete, Properties, Record, ResourceHandlers

Allows = Callable[[str, str, str, str, Mapping[str, Any], str, Mapping[str, str] | None], bool]
LOGGED: Final[dict[str, Record]] = {}
"""Where the access logs of each bucket go, which MiniStack forgets; names are unique anyhow."""

Get = Callable[[str, str, str | None], bytes | None]


def register(handlers: ResourceHandlers) -> None:
    """Wrap the handlers of buckets, and how other accounts reach them."""
    bucket = handlers["AWS::S3::Bucket"]
    bucket["create"] = _with_tags(bucket["create"], 1)
    bucket["update"] = _with_tags(bucket["update"], 2)
    bucket["delete"] = _empty_only(bucket["delete"])
    s3.foreign_bucket_allows.wrap(_by_caller)
    s3.content_of.wrap(_from_any_account)


def _with_tags(
    change: Callable[..., tuple[str, Attributes]], position: int
) -> Callable[..., tuple[str, Attributes]]:
    """AWS::S3::Bucket, Tags: "An arbitrary set of tags (key-value pairs) for this S3 bucket"."""

    def wrapped(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        _check_target(arguments[position].get("LoggingConfiguration") or {})
        bucket, attributes = change(*arguments, **options)
        tags = {tag["Key"]: tag["Value"] for tag in arguments[position].get("Tags", ())}
        if tags:
            s3.bucket_tags()[bucket] = tags
        LOGGED[bucket] = arguments[position].get("LoggingConfiguration") or {}
        return bucket, attributes

    return wrapped


def _check_target(logging: Record) -> None:
    """S3 looks for the bucket of logs when it is named (API_PutBucketLogging; "Logging requests
    with server access logging": same account, same region)."""
    target = logging.get("DestinationBucketName")
    if target and s3.owner_of(target) is None:
        raise ValueError("The target bucket for logging does not exist")
    if target and s3.owner_of(target) != get_account_id():
        raise ValueError(
            "The owner for the bucket to be logged and the target bucket must be the same."
        )


def _empty_only(delete: Delete) -> Delete:
    """AWS::S3::Bucket: "You can only delete empty buckets"."""

    def wrapped(physical_id: str, properties: Properties) -> Any:
        if (s3.buckets().get(physical_id) or {}).get("objects"):
            raise ValueError("The bucket you tried to delete is not empty")
        return delete(physical_id, properties)

    return wrapped


def _by_caller(allows: Allows) -> Allows:
    """S3 User Guide, Principals for bucket policies: a policy may name a role of another account.

    MiniStack evaluates it for the account's root only, which such a policy does not name.
    """

    def wrapped(
        owner: str,
        bucket: str,
        key: str,
        method: str,
        query: Mapping[str, Any],
        caller: str,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        if allows(owner, bucket, key, method, query, caller, headers):
            return True
        who = iam.caller_arn()
        policy = s3.bucket_policies().get_scoped(owner, None, bucket)
        if not policy or not caller or f":{caller}:" not in who:
            return False
        path = f"/{bucket}/{key}" if key else f"/{bucket}"
        reading = "GetObject" if method in ("GET", "HEAD") else "PutObject"
        question = iam.question(
            principal_arn=who,
            principal_type="AssumedRole" if ":assumed-role/" in who else "User",
            principal_account=caller,
            action=f"s3:{s3_action(method, path, query) or reading}",
            resource_arn=f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}",
            region=get_region(),
        )
        return iam.resource_decision(policy, question).decision == "Allow"

    return wrapped


def _from_any_account(get: Get) -> Get:
    """API_CreateChangeSet, TemplateURL: a template in a bucket that the caller may read, of any
    account; MiniStack looks in the buckets of the caller's account only."""

    def wrapped(bucket: str, key: str, version_id: str | None = None) -> bytes | None:
        owner, caller = s3.owner_of(bucket), get_account_id()
        if owner is None or owner == caller:
            return get(bucket, key, version_id)
        if not s3.foreign_bucket_allows(owner, bucket, key, "GET", {}, caller, None):
            return None
        with request_scope(owner, get_region()):
            return get(bucket, key, version_id)

    return wrapped
