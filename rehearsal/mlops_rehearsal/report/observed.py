"""What the accounts hold: their stacks, and how IAM has decided."""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.report.data import Access, Account, Observed, Stack
from mlops_rehearsal.world.places import places
from mlops_rehearsal.world.world import World

GONE: Final = "DELETE_COMPLETE"


def observe(world: World, before: tuple[Account, ...] = ()) -> Observed:
    """Read every account as its administrator.

    Args:
        before: the accounts as they were before everything was removed, where that was played.

    Raises:
        PlatformError: the emulator does not answer, or refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        # First, so that reading the stacks is not among what was done in the accounts.
        access = tuple(Access(**row) for row in world.emulator.decisions())
        return Observed(accounts=before or accounts_with_stacks(world), access=access)
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(
            f"the accounts cannot be read: {error}", hint="see the log of the emulator with --keep"
        ) from error


def accounts_with_stacks(world: World) -> tuple[Account, ...]:
    """Every account and what CloudFormation has there now."""
    return tuple(_accounts(world))


def _accounts(world: World) -> Iterator[Account]:
    roles: dict[tuple[str, str], list[str]] = {}
    for place in places(world.config):
        roles.setdefault((place.account, place.region), []).append(place.role)
    for (account, region), names in roles.items():
        # Before the first act has ended nobody can look into an account.
        known = account in world.administrators
        stacks = tuple(_stacks(world, account, region)) if known else ()
        yield Account(account=account, region=region, role=", ".join(names), stacks=stacks)


def _stacks(world: World, account: str, region: str) -> Iterator[Stack]:
    reader = world.administrator("cloudformation", account, region)
    for page in reader.get_paginator("list_stacks").paginate():
        for found in page["StackSummaries"]:
            if found["StackStatus"] != GONE:
                name = str(found["StackName"])
                status = str(found["StackStatus"])
                yield Stack(name=name, status=status, resources=_resources(reader, name))


def _resources(reader: Any, stack: str) -> int:
    pages = reader.get_paginator("list_stack_resources").paginate(StackName=stack)
    return sum(len(page["StackResourceSummaries"]) for page in pages)
