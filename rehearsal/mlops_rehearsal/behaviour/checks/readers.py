"""Roles of other accounts that read a bucket: the policies of bucket and key agree on them.

Source: "Example 4: bucket owner granting cross-account permission to objects it does not own" and
"Allowing users in other accounts to use a KMS key": both policies have to name the role.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, listed
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.checks.keys import keys, using
from mlops_rehearsal.behaviour.policies import principals, resource_allows, statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

ARTIFACTS: Final = "-artifacts-"
"""In the name of the bucket that a project keeps its models in."""


def readers_of_a_bucket_may_decrypt(stack: Stack) -> Iterator[str]:
    """Whom a bucket lets read, its key lets decrypt, and the other way around."""
    for bucket, policy in bucket_policies(stack):
        key = key_of(stack, bucket)
        if key is None:
            continue
        document = key.properties.get("KeyPolicy", {})
        for who in readers(policy):
            if not resource_allows(document, who, using(stack, "Decrypt", through_s3(stack, who))):
                yield f"{key.id}: {who} reads {bucket.id} and may not decrypt"
        for who in readers(document):
            for found in objects_of(stack, bucket):
                read = Request("s3:GetObject", found, _as(stack, who))
                if not resource_allows(policy, who, read):
                    yield f"{bucket.id}: {who} may decrypt and not read"


def stages_read_what_is_sealed(stack: Stack) -> Iterator[str]:
    """Of a project's artifacts no stage reads what nobody has looked at."""
    for bucket, policy in bucket_policies(stack):
        if ARTIFACTS in stack.ref(bucket.id):
            for who in readers(policy):
                for place in ("models/x", "executions/x", "x"):
                    found = f"{stack.arn(bucket.id)}/{place}"
                    if resource_allows(
                        policy, who, Request("s3:GetObject", found, _as(stack, who))
                    ):
                        yield f"{bucket.id}: {who} reads {place}"


def objects_of(stack: Stack, bucket: Resource) -> tuple[str, ...]:
    """Samples of what is there to be read: of artifacts the sealed models, and scripts."""
    places = ("registered/x", "sources/x") if ARTIFACTS in stack.ref(bucket.id) else ("x",)
    return tuple(f"{stack.arn(bucket.id)}/{place}" for place in places)


def accounts_decrypt_by_named_roles(stack: Stack) -> Iterator[str]:
    """Of an account that a key names, a role that it does not name may not decrypt."""
    for key, policy in keys(stack):
        for account in sorted({*accounts(policy)} - {stack.account}):
            who = f"arn:aws:iam::{account}:role/somebody-else"
            if resource_allows(policy, who, using(stack, "Decrypt", through_s3(stack, who))):
                yield f"{key.id}: any role of {account} may decrypt"


def models_are_decrypted_through_s3(stack: Stack) -> Iterator[str]:
    """An execution role runs code of data scientists: it uses a key of others through S3 only."""
    for key, policy in keys(stack):
        own = {"Statement": [s for s in statements(policy) if "kms:*" not in listed(s["Action"])]}
        for who in readers(policy):
            other = {**_as(stack, who), "kms:ViaService": f"sqs.{stack.region}.amazonaws.com"}
            if who.endswith("-execution") and resource_allows(
                own, who, Request("kms:Decrypt", "*", other)
            ):
                yield f"{key.id}: {who} may decrypt by other ways than S3"


def bucket_policies(stack: Stack) -> Iterator[tuple[Resource, Any]]:
    """The buckets that have a policy, with it."""
    for policy in stack.of_type("AWS::S3::BucketPolicy"):
        bucket = stack.referenced(policy.properties["Bucket"], "AWS::S3::Bucket")
        if bucket:
            yield bucket, policy.properties["PolicyDocument"]


def readers(policy: Any) -> Iterator[str]:
    """The roles that a policy of a resource lets in, by name or by the condition on their ARN."""
    for statement in statements(policy):
        if statement["Effect"] == "Allow":
            yield from _conditioned(statement)
            yield from (p for p in principals({"Statement": [statement]}) if ":role/" in p)


def accounts(policy: Any) -> Iterator[str]:
    """The accounts that a policy names."""
    for principal in principals(policy):
        if principal.startswith("arn:"):
            yield principal.split(":")[4]


def key_of(stack: Stack, bucket: Resource) -> Resource | None:
    """The key with which a bucket encrypts."""
    encryption = bucket.properties.get("BucketEncryption", {})
    for rule in encryption.get("ServerSideEncryptionConfiguration", []):
        wanted = rule.get("ServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        return stack.referenced(wanted, "AWS::KMS::Key")
    return None


def through_s3(stack: Stack, who: str) -> dict[str, str]:
    """The keys of a call that S3 makes for a role."""
    return {
        "aws:PrincipalArn": who,
        "aws:PrincipalAccount": who.split(":")[4],
        "kms:ViaService": f"s3.{stack.region}.amazonaws.com",
    }


def _as(stack: Stack, who: str) -> Any:
    own = {"aws:PrincipalArn": who, "aws:PrincipalAccount": who.split(":")[4]}
    return context(stack, own)


def _conditioned(statement: Any) -> Iterator[str]:
    for operator, entries in statement.get("Condition", {}).items():
        for name, wanted in entries.items():
            if name == "aws:PrincipalArn" and "Not" not in operator:
                yield from (who for who in listed(wanted) if who.count(":") == 5)
