"""The keys of repositories: CodeCommit uses them with the permissions of whoever calls it."""

from typing import Final

from mlops_commons.iam.statements import Condition, Statement, actions, arns
from mlops_commons.iam.through_services import through

USED: Final = (
    "Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom "
    "ReEncryptTo"
)
THROUGH_CODECOMMIT: Final[Condition] = through("codecommit")


def use_keys_of_repositories(reason: str) -> Statement:
    """For whoever reads and comments repositories that have keys of their own.

    Source: CodeCommit User Guide, "AWS Key Management Service and encryption for AWS CodeCommit
    repositories": with the AWS managed key a user needs no explicit permission for these actions,
    with a customer managed key he does.

    Args:
        reason: why the statement names all keys of the account.
    """
    return Statement(
        sid="UseKeysOfRepositories",
        actions=actions("kms", USED),
        resources=arns("kms", "key/*"),
        reason=f"through CodeCommit only, for repositories that other statements name; {reason}",
        condition=THROUGH_CODECOMMIT,
    )
