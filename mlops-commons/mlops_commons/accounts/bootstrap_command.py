"""The CDK CLI's arguments that bootstrap one account and region."""

from mlops_commons.accounts.account_policies import AccountPolicy


def bootstrap_command(policy: AccountPolicy, permissions_boundary: str = "") -> list[str]:
    """The arguments for a row of the plan.

    Args:
        permissions_boundary: the name of a policy that CloudFormation's role must carry.
    """
    row = policy.row
    arguments = ["bootstrap", row.environment, "--profile", row.profile]
    if row.trust:
        arguments += ["--trust", ",".join(row.trust)]
    arguments += ["--cloudformation-execution-policies", ",".join(policy.arns)]
    if permissions_boundary:
        arguments += ["--custom-permissions-boundary", permissions_boundary]
    return arguments
