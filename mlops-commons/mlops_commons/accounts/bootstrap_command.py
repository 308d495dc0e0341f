"""The CDK CLI's arguments that bootstrap one account and region."""

from collections.abc import Iterator, Mapping, Sequence

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.utilities.toolkit import DEFAULT, Toolkit


def bootstrap_command(
    row: BootstrapRow, policy_arns: Sequence[str], tags: Mapping[str, str] | None = None
) -> list[str]:
    """The arguments for a row of the plan.

    Args:
        policy_arns: what CloudFormation may do.
        tags: of the bootstrap's stack; the CDK CLI removes all others where one is given.
    """
    arguments = ["bootstrap", row.environment, "--profile", row.profile]
    if row.trust:
        arguments += ["--trust", ",".join(row.trust)]
    if row.untrusted:
        # Without it an account that trusts nobody any more would keep whom it has trusted.
        arguments += ["--untrust", ",".join(row.untrusted)]
    arguments += ["--cloudformation-execution-policies", ",".join(policy_arns)]
    if row.boundary:
        arguments += ["--custom-permissions-boundary", row.boundary]
        arguments += ["--apply-permissions-boundary-to-all-roles"]
    arguments += _of_toolkit(row.toolkit)
    for key, value in (tags or {}).items():
        arguments += ["--tags", f"{key}={value}"]
    return arguments


def _of_toolkit(toolkit: Toolkit) -> Iterator[str]:
    """What differs from the CDK CLI's defaults."""
    if toolkit.qualifier != DEFAULT.qualifier:
        yield from ("--qualifier", toolkit.qualifier)
    if toolkit.toolkit_stack_name != DEFAULT.toolkit_stack_name:
        yield from ("--toolkit-stack-name", toolkit.toolkit_stack_name)
    if toolkit.template:
        yield from ("--template", str(toolkit.template))
    if toolkit.kms_key_id:
        yield from ("--bootstrap-kms-key-id", toolkit.kms_key_id)
    if not toolkit.public_access_block:
        yield from ("--public-access-block-configuration", "false")
    if not toolkit.deny_external_id:
        yield from ("--deny-external-id", "false")
    if toolkit.termination_protection:
        yield "--termination-protection"
