"""Act 11: everything goes, in order; nothing is left that the list does not name."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.rehearsal.bootstrap import wrapper
from mlops_commons.rehearsal.evidence import Evidence
from mlops_commons.rehearsal.world import World
from mlops_commons.utilities.errors import PlatformError

TOOLKIT: Final = "CDKToolkit"


def play_teardown(world: World) -> tuple[Evidence, ...]:
    """`teardown --yes`, then a look at what every account still has."""
    world.say("./mlops-multi-account.sh teardown --yes")
    planned = json.loads(wrapper(world, "teardown-plan", "teardown", "--json"))
    wrapper(world, "teardown", "teardown", "--yes")
    named = {(row["account"], row["id"]) for row in planned["leftovers"]}
    for account, what in _left(world):
        if (account, what) not in named:
            raise PlatformError(
                f"account {account} still has '{what}', which the list of leftovers does not name",
                hint="see teardown/leftovers.py",
            )
    return (
        Evidence("removed", tuple(planned["steps"])),
        Evidence("left over", tuple(map(_shown, planned["leftovers"]))),
    )


def _left(world: World) -> Iterator[tuple[str, str]]:
    """Stacks and buckets of every account, but for those of the bootstrap."""
    places = {(world.config.pipeline.account, world.config.pipeline.region)}
    for deployment in world.config.enabled_deployments:
        places |= {(stage.account, stage.region) for stage in deployment.enabled_stages}
    for account, region in sorted(places):
        cloudformation = world.administrator("cloudformation", account, region)
        for stack in cloudformation.describe_stacks()["Stacks"]:
            if stack["StackName"] != TOOLKIT and stack["StackStatus"] != "DELETE_COMPLETE":
                yield account, stack["StackName"]
        for bucket in world.administrator("s3", account, region).list_buckets()["Buckets"]:
            if not bucket["Name"].startswith("cdk-hnb659fds-assets-"):
                yield account, bucket["Name"]


def _shown(row: Mapping[str, str]) -> Mapping[str, str]:
    return {name: row[name] for name in ("account", "region", "type", "id", "why")}
