"""How long a policy is, and what goes into it as far as there is room."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mlops_commons.iam.statements import Statement, policy_document
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.partitions import partition_by_region

MOST_CHARACTERS: Final = 6144
"""Of a managed policy, white space not counted (IAM User Guide, "IAM and AWS STS quotas")."""
MOST_OF_TRUST: Final = 2048
"""Of a role's trust policy, white space not counted, where nobody has asked for more (IAM User
Guide, "IAM and AWS STS quotas")."""
LONGEST: Final = "us-gov-northeast-1"
"""As long as any region's name, in the partition with the longest name."""
TOKEN: Final = re.compile(r"[$][{]Token\[[^]]*\]}")
AN_ID: Final = "subnet-0123456789abcdef0"
"""As long as what a variable or a token of the CDK stands for once it is deployed."""
SHORTER: Final = (
    "shorten app_prefix, org.roles, or the lists that the configuration adds to it, such as "
    "subnets, sagemaker.jobs.instance_types, projects.deploys and projects.role_actions (families "
    "of actions such as 'dynamodb:Get*')"
)
DENY: Final = (
    "the statements of org.permissions_boundary.deny in cdk-app.yml have room for {room} "
    "characters: write them shorter (families of actions such as 'ec2:Create*'; what a service "
    "control policy denies as well need not stand there)"
)


def length_of(statements: Sequence[Statement], region: str) -> int:
    """The characters of a policy as IAM counts them."""
    known = {
        "${AWS::Partition}": partition_by_region(region).name,
        "${AWS::Region}": region,
        "${AWS::AccountId}": "1" * 12,
        "${!": "${",
    }

    def written(text: str, variables: Mapping[str, Any]) -> str:
        return _filled(text, {**{f"${{{name}}}": AN_ID for name in variables}, **known})

    document = policy_document(statements, written)
    return len(TOKEN.sub(AN_ID, json.dumps(_short(document), separators=(",", ":"))))


def shortest_length_of(statements: Sequence[Statement], region: str) -> int:
    """The characters of a policy without the names of its statements, which nothing needs."""
    return length_of(_nameless(statements), region)


def length_of_trust(role_arns: Sequence[str], region: str, *, require_mfa: bool) -> int:
    """The characters of the trust of roles that people enter with roles of their own.

    Args:
        role_arns: of those who may enter, as `cdk/entered_by.py` writes them.
    """
    conditions: dict[str, Any] = {"ArnLike": {"aws:PrincipalArn": list(role_arns)}}
    if require_mfa:
        conditions["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    statements = [
        {
            "Action": "sts:AssumeRole",
            "Condition": conditions,
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition_by_region(region).name}:iam::{account}:root"},
        }
        for account in sorted({arn.split(":")[4] for arn in role_arns})
    ]
    document = {"Statement": statements, "Version": "2012-10-17"}
    return len(json.dumps(document, separators=(",", ":")))


def fitting(
    statements: Sequence[Statement], whose: str, *, region: str, shorter: str = SHORTER
) -> tuple[Statement, ...]:
    """The statements of a policy, as IAM takes them.

    Where there is no room for the names of statements, which nothing needs, it goes without them.

    Args:
        whose: the policy, for a message.
        shorter: what the configuration may say to make it shorter.

    Raises:
        PlatformError: IAM takes less than that.
    """
    for every in (tuple(statements), _nameless(statements)):
        if (length := length_of(every, region)) <= MOST_CHARACTERS:
            return every
    raise PlatformError(
        f"{whose} would have {length} characters; IAM takes {MOST_CHARACTERS}", hint=shorter
    )


def with_denials(
    statements: Sequence[Statement], denials: Sequence[Statement], whose: str, *, region: str
) -> tuple[Statement, ...]:
    """A boundary that denies besides what the organization denies, where it denies anything.

    Args:
        whose: the boundary, for a message.

    Raises:
        PlatformError: IAM takes less than that.
    """
    own = fitting(statements, whose, region=region)
    if not denials:
        return own
    room = MOST_CHARACTERS - shortest_length_of(own, region)
    whole = f"{whose}, with the statements of org.permissions_boundary.deny,"
    return fitting((*statements, *denials), whole, region=region, shorter=DENY.format(room=room))


def _nameless(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    return tuple(replace(row, sid="") for row in statements)


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def _short(value: Any) -> Any:
    """One value alone stands without a list, as the CDK writes it."""
    if isinstance(value, Mapping):
        return {key: _short(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return _short(value[0]) if len(value) == 1 else [_short(entry) for entry in value]
    return value
