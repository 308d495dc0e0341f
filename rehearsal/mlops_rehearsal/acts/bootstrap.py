"""Act 2: every account is bootstrapped by the verb, with generated execution policies."""

import json
from collections.abc import Mapping
from typing import Any

from mlops_commons.accounts.bootstrap_plan import toolkit_of
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.deliveries_of_sets import WRAPPER
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


def play_bootstrap(world: World) -> tuple[Evidence, ...]:
    """`bootstrap --yes` as the README says it, then a look at what it has left in the accounts."""
    world.say(f"./{WRAPPER} bootstrap --yes")
    chosen = ["--set", world.set_name] if world.set_name else []
    wrapper(world, "bootstrap", "bootstrap", "--yes", *chosen)
    plan = json.loads(wrapper(world, "bootstrap-plan", "bootstrap", "--json", *chosen))
    return (Evidence("bootstrapped", tuple(_row(world, row) for row in plan)),)


def wrapper(world: World, name: str, *arguments: str) -> str:
    """What a verb of the checkout's wrapper has printed.

    Raises:
        PlatformError: it has failed.
    """
    world.program(
        name,
        ["/bin/bash", WRAPPER, *arguments],
        cwd=world.checkout,
        environment=world.environment(),
    )
    return (world.logs / f"{name}.log").read_text(encoding="utf-8")


def _row(world: World, row: Mapping[str, Any]) -> Mapping[str, str]:
    account, region = row["account"], row["region"]
    toolkit = toolkit_of(world.config, account, region)
    ssm = world.administrator("ssm", account, region)
    version = ssm.get_parameter(Name=toolkit.version_parameter)["Parameter"]["Value"]
    iam = world.administrator("iam", account, region)
    role = toolkit.execution_role(account, region)
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    policies = [policy["PolicyName"] for policy in attached]
    if any(name == "AdministratorAccess" for name in policies):
        raise PlatformError(f"the execution role of {account} has AdministratorAccess")
    return {
        "account": account,
        "region": region,
        "used by": ", ".join(row["uses"]),
        "trusts": ", ".join(row["trust"]),
        "version": version,
        "execution policies": ", ".join(sorted(policies)),
    }
