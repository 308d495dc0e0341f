"""Act 13: everything goes, in order; nothing is left that the list does not name."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.company import log_buckets
from mlops_rehearsal.report.observed import GONE
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.places import occupied
from mlops_rehearsal.world.world import World

REFUSAL: Final = "people have apps running in Studio"
RUNNING: Final = {"SpaceName": "notes", "AppType": "JupyterLab"}


def play_teardown(world: World) -> tuple[Evidence, ...]:
    """Refused while somebody works; then `teardown --yes`, and a look at what is still there."""
    refusals = tuple(_refused(world))
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
        Evidence("refused", refusals),
        Evidence("removed", tuple(planned["steps"])),
        Evidence("left over", tuple(map(_shown, planned["leftovers"]))),
    )


def _refused(world: World) -> Iterator[Mapping[str, str]]:
    """In every Studio a person has an app running, and nothing may be removed."""
    studios = tuple(_studios(world))
    apps = []
    for account, region in dict.fromkeys(studios):
        sagemaker = world.administrator("sagemaker", account, region)
        for domain in sagemaker.list_domains()["Domains"]:
            app = {**RUNNING, "DomainId": domain["DomainId"]}
            sagemaker.create_app(**app, AppName="default")
            apps.append((account, region, app))
    said = _refusal(world) if apps else ""
    for account, region, app in apps:
        if app["DomainId"] not in said:
            raise PlatformError(f"teardown does not name what runs in {app['DomainId']}: {said}")
        world.administrator("sagemaker", account, region).delete_app(**app, AppName="default")
        running = f"{app['DomainId']}/{app['SpaceName']}/{app['AppType']}/default"
        yield {"account": account, "running": running, "said": REFUSAL}


def _studios(world: World) -> Iterator[tuple[str, str]]:
    for deployment in world.config.enabled_deployments:
        for stage in deployment.enabled_stages:
            if world.config.studio(deployment.set_name, stage.stage_name):
                yield stage.account, stage.region


def _refusal(world: World) -> str:
    try:
        wrapper(world, "teardown-refused", "teardown", "--yes")
    except PlatformError as error:
        if REFUSAL in error.message:
            return error.message
        raise
    raise PlatformError("everything was removed although a person has an app running in Studio")


def _left(world: World) -> Iterator[tuple[str, str]]:
    """Stacks and buckets of every account, but for those of the bootstrap and of the company.

    Where governance has only copies of artifacts it has no bootstrap, and S3 lists buckets of all
    regions.
    """
    rows, theirs = bootstrap_plan(world.config), log_buckets(world.config)
    for account, region in occupied(world.config):
        toolkits = [row.toolkit for row in rows if row.account == account]
        kept = {toolkit.toolkit_stack_name for toolkit in toolkits}
        cloudformation = world.administrator("cloudformation", account, region)
        for stack in cloudformation.describe_stacks()["Stacks"]:
            if stack["StackName"] not in kept and stack["StackStatus"] != GONE:
                yield account, stack["StackName"]
        assets = tuple(toolkit.assets_prefix for toolkit in toolkits)
        for bucket in world.administrator("s3", account, region).list_buckets()["Buckets"]:
            if not bucket["Name"].startswith(assets) and bucket["Name"] not in theirs:
                yield account, bucket["Name"]


def _shown(row: Mapping[str, str]) -> Mapping[str, str]:
    return {name: row[name] for name in ("account", "region", "type", "id", "why")}
