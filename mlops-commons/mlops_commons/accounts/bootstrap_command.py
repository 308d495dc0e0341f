"""The CDK CLI's arguments that bootstrap one account and region."""

from collections.abc import Mapping, Sequence

from mlops_commons.accounts.bootstrap_plan import BootstrapRow


def bootstrap_command(
    row: BootstrapRow,
    policy_arns: Sequence[str],
    permissions_boundary: str = "",
    tags: Mapping[str, str] | None = None,
) -> list[str]:
    """The arguments for a row of the plan.

    Args:
        policy_arns: what CloudFormation may do.
        permissions_boundary: the name of a policy that CloudFormation's role must carry.
        tags: of the bootstrap's stack; the CDK CLI removes all others where one is given.
    """
    arguments = ["bootstrap", row.environment, "--profile", row.profile]
    if row.trust:
        arguments += ["--trust", ",".join(row.trust)]
    if row.untrusted:
        # Without it an account that trusts nobody any more would keep whom it has trusted.
        arguments += ["--untrust", ",".join(row.untrusted)]
    arguments += ["--cloudformation-execution-policies", ",".join(policy_arns)]
    if permissions_boundary:
        arguments += ["--custom-permissions-boundary", permissions_boundary]
    for key, value in (tags or {}).items():
        arguments += ["--tags", f"{key}={value}"]
    return arguments
