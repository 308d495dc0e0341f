"""How IAM evaluates: the values of condition keys, and where the policy of a key is."""

from collections.abc import Callable
from typing import Any

from ministack_aws.engine import iam, kms, s3
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Question, Record

Resolve = Callable[[str, Question], Any]
PolicyOf = Callable[[str], tuple[str, str] | None]
Find = Callable[[str], Record | None]


def register() -> None:
    """Wrap the functions that need it; the last of a kind answers first."""
    for around in (_with_principal, _with_role_tags, _with_bucket_owner):
        iam.condition_value.wrap(around)
    kms.policy_of.wrap(_where_the_key_is)
    kms.find_key.wrap(_of_any_account)


def _where_the_key_is(policy_of: PolicyOf) -> PolicyOf:
    """KMS Developer Guide, "Allowing users in other accounts to use a KMS key": "The key policy for
    the KMS key must give the external account (or users and roles in the external account)
    permission to use the KMS key"; the policy is in the account of the key, not of the caller."""

    def wrapped(key_arn: str) -> tuple[str, str] | None:
        parts = key_arn.split(":")
        if len(parts) < 6 or not parts[4]:
            return policy_of(key_arn)
        with request_scope(parts[4], parts[3]):
            return policy_of(key_arn)

    return wrapped


def _of_any_account(find: Find) -> Find:
    """The same page: "specify the key ARN" of a key of another account; whether the caller may use
    it, the policy of the key says."""

    def wrapped(key: str) -> Record | None:
        parts = key.split(":")
        if len(parts) < 6 or not parts[5].startswith("key/"):
            return find(key)
        with request_scope(parts[4], parts[3]):
            return find(key)

    return wrapped


def _with_principal(resolve: Resolve) -> Resolve:
    """IAM User Guide, aws:PrincipalArn: "For IAM roles, the request context returns the ARN of the
    role, not the ARN of the user that assumed the role"."""

    def wrapped(key: str, context: Question) -> Any:
        session = context.principal_arn
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in session:
            return resolve(key, context)
        account, name = context.principal_account, session.split("/")[1]
        role = iam.roles().get_scoped(account, None, name)
        return role["Arn"] if role else f"arn:aws:iam::{account}:role/{name}"

    return wrapped


def _with_role_tags(resolve: Resolve) -> Resolve:
    """Service Authorization Reference, STS, AssumeRole: the key iam:ResourceTag/${TagKey}."""

    def wrapped(key: str, context: Question) -> Any:
        prefix, _, wanted = key.partition("/")
        if prefix.lower() != "iam:resourcetag" or ":role/" not in context.resource_arn:
            return resolve(key, context)
        account = context.resource_arn.split(":")[4]
        name = context.resource_arn.rpartition("/")[2]
        role = iam.roles().get_scoped(account, None, name) or {}
        tags = {tag["Key"].lower(): tag["Value"] for tag in role.get("Tags") or ()}
        return tags.get(wanted.lower())

    return wrapped


def _with_bucket_owner(resolve: Resolve) -> Resolve:
    """IAM User Guide, aws:ResourceAccount: the account that owns the resource; a bucket's ARN
    does not say it, and CDK's deploy role reads from a bucket of another account."""

    def wrapped(key: str, context: Question) -> Any:
        if key.lower() in ("aws:resourceaccount", "s3:resourceaccount"):
            _, _, resource = context.resource_arn.partition("arn:aws:s3:::")
            owner = s3.owner_of(resource.partition("/")[0]) if resource else None
            if owner:
                return owner
        return resolve(key, context)

    return wrapped
