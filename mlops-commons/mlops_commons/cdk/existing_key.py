"""A key that the organization has, in place of one that a stack would make."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from mlops_commons.organization import KeyPurpose, Organization


def existing_key(
    scope: Construct, construct_id: str, org: Organization, purpose: KeyPurpose
) -> kms.IKey | None:
    """The key of a purpose in the place of a stack; none where the platform makes its own.

    Its policy stays its owner's: what the CDK would add to the policy of an imported key is
    dropped, and `config statements` prints it instead.
    """
    if org.keys is None:
        return None
    stack = cdk.Stack.of(scope)
    arn = org.key_arn(purpose, stack.account, stack.region)
    return kms.Key.from_key_arn(scope, construct_id, arn) if arn else None
