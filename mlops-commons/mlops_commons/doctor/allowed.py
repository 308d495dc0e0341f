"""What the last bootstrap of an account allowed, against what the templates need now."""

from collections.abc import Iterator
from typing import Any

from mlops_commons.accounts.account_policies import account_policy
from mlops_commons.accounts.bootstrap_changes import policy_changes
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.bootstrap_record import read_record
from mlops_commons.doctor.expected import SYNTHESISE, Expected
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.obstacles import of_obstacles


def look_at_bootstrap(
    area: str, row: BootstrapRow, session: Any, expected: Expected
) -> Iterator[Finding]:
    """Findings about the permissions of an account that is bootstrapped.

    Raises:
        PlatformError: the bootstrap or its policies may not be read.
    """
    record = read_record(session.client("cloudformation"), row.toolkit)
    if record is None or row.policy_source is PolicySource.ARN:
        return  # said by others already
    if expected.assemblies is None and row.policy_source is PolicySource.GENERATED:
        message = "what the bootstrap allowed is not compared: the templates are not synthesised"
        yield Finding(level=Level.UNCHECKED, area=area, message=message, remedy=SYNTHESISE)
        return
    policy = account_policy(row, expected.assemblies or {}, app_prefix=expected.config.app_prefix)
    changes = tuple(policy_changes(policy, record, session.client("iam")))
    yield from of_obstacles(area, changes)
    if not changes:
        message = "the last bootstrap allows exactly what the templates need"
        yield Finding(level=Level.OK, area=area, message=message)
