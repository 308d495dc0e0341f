"""The trust of a role that people enter with roles of their own, of whichever account."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam


def entered_by(role_arns: Sequence[str], *, require_mfa: bool) -> iam.IPrincipal:
    """The principal of a trust policy.

    Roles are named by a condition instead of as principals: IAM refuses a trust policy that names a
    role which is not there yet, and the roles of IAM Identity Center get another suffix when they
    are assigned again (IAM User Guide, "AWS JSON policy elements: Principal").

    Args:
        role_arns: of those who may enter; `*` may stand in their names.
        require_mfa: whether their session must have been opened with MFA.
    """
    accounts = sorted({arn.split(":")[4] for arn in role_arns})
    conditions: dict[str, dict[str, object]] = {"ArnLike": {"aws:PrincipalArn": list(role_arns)}}
    if require_mfa:
        conditions["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    principals = [iam.AccountPrincipal(account) for account in accounts]
    trusted = principals[0] if len(principals) == 1 else iam.CompositePrincipal(*principals)
    return iam.PrincipalWithConditions(trusted, conditions)
