"""Whether the managed policies that the configuration names are there.

A role that is given one that is not is not made (API_AttachRolePolicy, NoSuchEntity), and its stack
or the bootstrap ends there.
"""

from collections.abc import Iterator
from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.assembly.templates import partition_of
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.words import counted


def look_at_named_policies(
    area: str, row: BootstrapRow, iam: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the policies that this account is to have; none where none is named.

    Args:
        iam: a client that is signed in there.

    Raises:
        ClientError: a policy may not be read.
    """
    named = _named(row, config)
    gone = {arn: key for arn, key in named.items() if not _is_there(iam, arn)}
    for arn, key in sorted(gone.items()):
        yield Finding(
            level=Level.ERROR,
            area=area,
            message=f"there is no policy {arn}, which {key} names",
            remedy=f"make it in the account, or correct {key}",
        )
    if named and not gone:
        are = "is" if len(named) == 1 else "are"
        message = f"{counted(len(named), 'policy', 'policies')} of the configuration {are} there"
        yield Finding(level=Level.OK, area=area, message=message)


def _named(row: BootstrapRow, config: PlatformConfig) -> dict[str, str]:
    """Each policy with the key that names it."""
    found = {}
    if row.boundary:
        own = f"arn:{partition_of(row.region)}:iam::{row.account}:policy/{row.boundary}"
        found[own] = "org.permissions_boundary.name"
    if row.policy_arn:
        found[row.policy_arn] = "bootstrap.execution_policy_arn"
    for use in row.uses:
        studio = config.studio(use.set_name, use.stage_name) if use.set_name else None
        for persona, further in (studio.personas if studio else {}).items():
            for arn in further.policy_arns:
                found[arn] = f"sagemaker.personas.{persona}.policy_arns"
    return found


def _is_there(iam: Any, arn: str) -> bool:
    try:
        iam.get_policy(PolicyArn=arn)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True
