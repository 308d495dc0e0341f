"""Whether the keys that the platform's stacks have made can still encrypt.

A key that somebody disables or schedules for deletion stays in its stack, and so does its alias: no
deployment says a word, and what is encrypted with it is read and written no more (KMS Developer
Guide, "Key states of AWS KMS keys"). After the waiting period it is lost.
"""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.platform_stacks import is_of_the_platform
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.words import counted

KEY: Final = "AWS::KMS::Key"
USABLE: Final = frozenset({"Enabled", "Creating", "Updating"})
PENDING: Final = "PendingDeletion"
GONE: Final = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""Of a resource that a stack has not any more (API_StackResourceSummary)."""


def look_at_platform_keys(
    area: str, row: BootstrapRow, session: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about each key of a stack of ours in this account and region; none without one.

    Raises:
        ClientError: stacks or keys may not be read.
    """
    kms, seen, wrong = session.client("kms"), 0, False
    for stack, key in _keys(session.client("cloudformation"), config.app_prefix):
        found = kms.describe_key(KeyId=key)["KeyMetadata"]
        seen += 1
        if found["KeyState"] not in USABLE:
            wrong = True
            yield _finding(area, row, stack, found)
    if seen and not wrong:
        message = f"{counted(seen, 'key')} of the platform can encrypt"
        yield Finding(level=Level.OK, area=area, message=message)


def _keys(cloudformation: Any, app_prefix: str) -> Iterator[tuple[str, str]]:
    """Each stack of the platform and the id of a key that it has."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"]]
    for stack in (stack for stack in stacks if is_of_the_platform(stack, app_prefix)):
        name = stack["StackName"]
        of_stack = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        for resource in (row for page in of_stack for row in page["StackResourceSummaries"]):
            there = resource["ResourceStatus"] not in GONE
            if resource["ResourceType"] == KEY and there:
                yield name, resource["PhysicalResourceId"]


def _finding(area: str, row: BootstrapRow, stack: str, key: Mapping[str, Any]) -> Finding:
    state, where = key["KeyState"], f"--region {row.region} --profile {shlex.quote(row.profile)}"
    lost = f", and lost on {key['DeletionDate']:%Y-%m-%d}" if "DeletionDate" in key else ""
    enable = f"aws kms enable-key --key-id {key['KeyId']} {where}"
    cancel = f"aws kms cancel-key-deletion --key-id {key['KeyId']} {where}, then "
    return Finding(
        level=Level.ERROR,
        area=area,
        message=f"the key {key['KeyId']} of the stack {stack} is {state}{lost}: what is encrypted "
        "with it can be neither read nor written",
        remedy=f"{cancel if state == PENDING else ''}{enable}",
    )
