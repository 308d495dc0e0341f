"""Each KMS key names each service that uses it, for what it does in this stack, and nobody else.

Sources: "Encrypt log data in CloudWatch Logs using AWS KMS", CloudWatch Logs User Guide; "Default
key policy", AWS KMS Developer Guide; "AWS KMS and encryption for AWS CodeCommit repositories".
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, listed
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.policies import resource_allows, services_of, statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

FOREIGN: Final = "999999999999"
ROUND: Final = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey")
LOGS: Final = (*ROUND, "DescribeKey")
CODECOMMIT: Final = (*ROUND, "GenerateDataKeyWithoutPlaintext", "DescribeKey")
KEY_ARN: Final = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):([0-9]{12}):key/[A-Za-z0-9-]+")
LOG_CONTEXT: Final = "kms:EncryptionContext:aws:logs:arn"


def keys(stack: Stack) -> Iterator[tuple[Resource, Any]]:
    """The keys with their policies."""
    for key in stack.of_type("AWS::KMS::Key"):
        yield key, key.properties.get("KeyPolicy", {})


def of_somebody_else(stack: Stack, value: Any) -> bool:
    """Whether a value is the ARN of a key of another account, whose policy is not here."""
    found = KEY_ARN.fullmatch(value) if isinstance(value, str) else None
    return found is not None and found[1] == stack.region and found[2] != stack.account


def using(stack: Stack, name: str, more: dict[str, str] | None = None) -> Request:
    """The use of a key in a context."""
    return Request(f"kms:{name}", "*", context(stack, more or {}))


def accounts_administer_their_keys(stack: Stack) -> Iterator[str]:
    """Without the account itself in the policy nobody can change the key again."""
    for key, policy in keys(stack):
        root = f"arn:aws:iam::{stack.account}:root"
        for name in ("PutKeyPolicy", "ScheduleKeyDeletion", "Decrypt"):
            if not resource_allows(policy, root, using(stack, name)):
                yield f"{key.id}: the account may not kms:{name}"


def log_groups_are_encrypted(stack: Stack) -> Iterator[str]:
    """The key of each log group lets CloudWatch Logs use it, for this group and no other's."""
    service = f"logs.{stack.region}.amazonaws.com"
    for key, policy in keys(stack):
        users = [
            group
            for group in stack.of_type("AWS::Logs::LogGroup")
            if stack.referenced(group.properties.get("KmsKeyId"), key.type) is key
        ]
        for group in users:
            place = {LOG_CONTEXT: stack.arn(group.id).removesuffix(":*")}
            for name in LOGS:
                if not resource_allows(policy, service, using(stack, name, place)):
                    yield f"{key.id}: CloudWatch Logs may not kms:{name} for {group.id}"
        for account in (FOREIGN, stack.account):
            other = f"arn:aws:logs:{stack.region}:{account}:log-group:of-somebody-else"
            if resource_allows(policy, service, using(stack, "Decrypt", {LOG_CONTEXT: other})):
                yield f"{key.id}: CloudWatch Logs may use it for {other}"
        if not users and any(named.startswith("logs.") for named in services_of(policy)):
            yield f"{key.id} names CloudWatch Logs, which does not use it"


def all_log_groups_have_keys(stack: Stack) -> Iterator[str]:
    """Where one log group of a stack has a key of the account, each has, but those of the CDK."""
    groups = list(stack.of_type("AWS::Logs::LogGroup"))
    if not any("KmsKeyId" in group.properties for group in groups):
        return
    for group in groups:
        if "KmsKeyId" not in group.properties and not group.id.startswith("CustomCDK"):
            yield f"{group.id} is not encrypted with a key of the account"


def repositories_have_keys(stack: Stack) -> Iterator[str]:
    """A repository has a key of the account, and its key lets people in through CodeCommit."""
    for repository in stack.of_type("AWS::CodeCommit::Repository"):
        key = stack.referenced(repository.properties.get("KmsKeyId"), "AWS::KMS::Key")
        if key is None:
            yield f"{repository.id} is not encrypted with a key of the account"
        elif not any(stack.of_type("AWS::S3::Bucket")):
            yield from _lets_developers_in(stack, key)


def keys_are_used_by_their_way(stack: Stack) -> Iterator[str]:
    """What is for everybody of the account through a service is for nobody else."""
    for key, policy in keys(stack):
        own, who = _without_root(policy), f"arn:aws:iam::{stack.account}:role/developer"
        foreign = f"arn:aws:iam::{FOREIGN}:role/developer"
        for person, account, via in (
            (who, stack.account, "s3"),
            (foreign, FOREIGN, "codecommit"),
        ):
            way = {
                "kms:ViaService": f"{via}.{stack.region}.amazonaws.com",
                "kms:CallerAccount": account,
                "aws:PrincipalArn": person,
            }
            if resource_allows(own, person, using(stack, "Decrypt", way)):
                yield f"{key.id}: {person} may decrypt through {via}"


def _lets_developers_in(stack: Stack, key: Resource) -> Iterator[str]:
    way = {
        "kms:ViaService": f"codecommit.{stack.region}.amazonaws.com",
        "kms:CallerAccount": stack.account,
    }
    who = f"arn:aws:iam::{stack.account}:role/developer"
    for name in CODECOMMIT:
        own = _without_root(key.properties["KeyPolicy"])
        if not resource_allows(own, who, using(stack, name, way)):
            yield f"{key.id}: developers may not kms:{name} through CodeCommit"


def _without_root(policy: Any) -> Any:
    return {"Statement": [s for s in statements(policy) if "kms:*" not in listed(s["Action"])]}
