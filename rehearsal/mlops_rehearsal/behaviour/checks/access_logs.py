"""Each bucket's access is logged, by S3's log delivery and for this bucket only.

Source: "Enabling Amazon S3 server access logging" and "Troubleshoot server access logging" (no key
of KMS in the target, no log of a bucket in itself), Amazon S3 User Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.policies import resource_allows, services_of
from mlops_rehearsal.behaviour.stack import Resource, Stack

LOGGING: Final = "logging.s3.amazonaws.com"
FOREIGN: Final = "999999999999"


def policy_of(stack: Stack, bucket: Resource) -> Any:
    """The policy of a bucket; an empty one without any."""
    for policy in stack.of_type("AWS::S3::BucketPolicy"):
        if policy.properties["Bucket"] == stack.ref(bucket.id):
            return policy.properties["PolicyDocument"]
    return {}


def target_of(bucket: Resource) -> Any:
    """The name of the bucket into which a bucket logs."""
    return bucket.properties.get("LoggingConfiguration", {}).get("DestinationBucketName")


def logs_into(stack: Stack, bucket: Resource) -> list[Resource]:
    """The buckets that log into a bucket."""
    name = stack.ref(bucket.id)
    return [b for b in stack.of_type("AWS::S3::Bucket") if target_of(b) == name]


def access_is_logged(stack: Stack) -> Iterator[str]:
    """Whoever reads or writes stands in a log, but for the logs themselves."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        target = target_of(bucket)
        receives = LOGGING in services_of(policy_of(stack, bucket)) or logs_into(stack, bucket)
        if target is None and not receives:
            yield f"{bucket.id} logs nobody's access"
        if target == stack.ref(bucket.id):
            yield f"{bucket.id} logs into itself, each log making another"


def logs_are_delivered(stack: Stack) -> Iterator[str]:
    """The bucket of logs lets S3 in for the buckets that log into it, and for no others."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        policy, sources = policy_of(stack, bucket), logs_into(stack, bucket)
        for source in sources:
            if not _delivers(stack, bucket, stack.arn(source.id), stack.account):
                yield f"{bucket.id}: S3 may not write the log of {source.id}"
            if _delivers(stack, bucket, stack.arn(source.id), FOREIGN):
                yield f"{bucket.id}: S3 writes logs for {FOREIGN}"
        if _delivers(stack, bucket, "arn:aws:s3:::of-somebody-else", stack.account):
            yield f"{bucket.id}: S3 writes the logs of any bucket"
        if sources and "aws:kms" in str(bucket.properties.get("BucketEncryption", "")):
            yield f"{bucket.id}: logs cannot be delivered to a bucket with a KMS key"
        if LOGGING in services_of(policy) and not sources and "-logs-" not in stack.ref(bucket.id):
            yield f"{bucket.id} is for logs, and nothing logs into it"


def logs_of_projects_are_delivered(stack: Stack) -> Iterator[str]:
    """Buckets that launches make log into the bucket of the stage, which lets S3 in for them."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        for made in stack.makes:
            for source in made.of_type("AWS::S3::Bucket"):
                known = source.properties.get("LoggingConfiguration", {})
                if target_of(source) != stack.ref(bucket.id):
                    continue
                own = {"aws:SourceArn": made.arn(source.id), "aws:SourceAccount": stack.account}
                on = f"{stack.arn(bucket.id)}/{known.get('LogFilePrefix', '')}log"
                put = Request("s3:PutObject", on, context(stack, own))
                if not resource_allows(policy_of(stack, bucket), LOGGING, put):
                    yield f"{bucket.id}: S3 may not write the log of {made.ref(source.id)}"


def _delivers(stack: Stack, bucket: Resource, source: str, account: str) -> bool:
    own = {"aws:SourceArn": source, "aws:SourceAccount": account}
    put = Request("s3:PutObject", f"{stack.arn(bucket.id)}/log", context(stack, own))
    return resource_allows(policy_of(stack, bucket), LOGGING, put)
