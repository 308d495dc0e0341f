"""Act 11: a second day. The first user of a persona, one more endpoint and a firewall of DNS are
published with one push, after the bootstrap that `publish` asks for; a stage that would go is
named with what stays.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.config import CreateNetwork, PlatformConfig, load_config
from mlops_commons.config.writing.round_trip import dump, load, put
from mlops_commons.contract import USER_GROUPS, Persona
from mlops_commons.stage import DnsFirewall, EgressMode
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
)
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.deliveries import delivery, started
from mlops_rehearsal.acts.pipelines import action_rows
from mlops_rehearsal.player.started import play_run
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World

APP: Final = "infra"
GROUP: Final = USER_GROUPS[Persona.ML_ENGINEER]
USER: Final = "second-day"
ENDPOINT: Final = "events"
"""Switched on by nobody's default."""
FIREWALL: Final = "dns_firewall"
MESSAGE: Final = "An engineer joins, rules are called privately, names are watched"
REFUSAL: Final = "what the last bootstrap did not allow"
NEEDED: Final = "route53resolver"
"""Nothing of this service was in the templates when the accounts were bootstrapped."""


def play_change(world: World) -> tuple[Evidence, ...]:
    """Change the configuration as a person does, and deliver it with one push."""
    chosen = ("--set", world.set_name) if world.set_name else ()
    publish = (APP, "publish", "-m", MESSAGE, *chosen)
    asked = tuple(_stage_that_goes(world, (*publish, "--dry-run")))
    edit(_file(world, CDK_INFRA_APP_CONFIG), add_user_endpoint_and_firewall)
    refused = tuple(_refused(world, (*publish, "--yes")))
    if refused:
        world.say("bootstrap --yes, as publish has said")
        wrapper(world, "change-bootstrap", "bootstrap", "--yes", *chosen)
    world.say(f"{APP} publish")
    wrapper(world, "change-publish", *publish, "--yes")
    actions: list[Mapping[str, str]] = []
    for deployment in world.config.enabled_deployments:
        run = started(world, delivery(world, deployment, APP))
        commit, played = play_run(world, run)
        actions += action_rows(run.pipeline, commit, played)
    return (
        Evidence("refusals", (*refused, *asked)),
        Evidence("actions", tuple(actions)),
        Evidence("changes", tuple(_changes(world))),
    )


def _stage_that_goes(world: World, publish: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """The last stage of the first set is switched off, looked at, and switched on again."""
    deployment = world.config.enabled_deployments[0]
    stage = deployment.enabled_stages[-1]
    if len(deployment.enabled_stages) < 2:
        return
    file = _file(world, CDK_APP_CONFIG)
    before = file.read_text(encoding="utf-8")

    def switch_off(content: Any) -> None:
        for row in content["cdk_app_config"]["deployments"]:
            if row["set_name"] == deployment.set_name:
                (found,) = (s for s in row["stages"] if s["stage_name"] == stage.stage_name)
                put(found, "enabled", False)

    edit(file, switch_off)
    try:
        said = wrapper(world, "change-stage", *publish)
    finally:
        file.write_text(before, encoding="utf-8")
    stack = names.core_stack(stage.stage_name, APP_DIRECTORIES[APP], stage.parameter_namespace)
    wanted = f"{stack} in {stage.account} stays"
    if wanted not in said or f"delete-stack --stack-name {stack}" not in said:
        raise PlatformError(
            f"publish does not say that {wanted}, and how it goes:\n{said}",
            hint="see config/set_changes.py",
        )
    yield {"change": f"stage '{stage.stage_name}' goes", "said": wanted}


def _refused(world: World, publish: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """The firewall needs what the last bootstrap has not allowed, where there was none before."""
    if not gets_a_firewall(world.config):
        return
    try:
        wrapper(world, "change-refused", *publish)
    except PlatformError as error:
        if REFUSAL not in error.message or NEEDED not in error.message:
            raise
        yield {"change": f"{FIREWALL} is switched on", "said": f"{REFUSAL}: {NEEDED}:..."}
        return
    raise PlatformError(
        f"{FIREWALL} is switched on, which the roles of the accounts may not make, and publish "
        "has published it",
        hint="see accounts/bootstrap_changes.py",
    )


def add_user_endpoint_and_firewall(content: Any) -> None:
    """A user of a persona that has none; an endpoint in every VPC that is made, and a firewall
    where the way out does not bring one.
    """
    below = _block(content, "cdk_infra_app_config")
    profiles = _block(_block(below, "sagemaker"), "profiles")
    profiles[GROUP.name] = {"users": [{"user_profile_name": USER}]}
    network = _block(_block(below, "network"), "default_create_network")
    put(_block(network, "endpoints"), ENDPOINT, True)
    if network.get("egress") != EgressMode.ENDPOINTS_ONLY:
        put(network, FIREWALL, str(DnsFirewall.ALERT))


def _block(above: Any, key: str) -> Any:
    """The block below a key, which is made where it is not there."""
    if above.get(key) is None:
        above[key] = load("")
    return above[key]


def _changes(world: World) -> Iterator[Mapping[str, str]]:
    """What the changed configuration says is there."""
    for account, region in _studios(world):
        sagemaker = world.administrator("sagemaker", account, region)
        found = [row["UserProfileName"] for row in sagemaker.list_user_profiles()["UserProfiles"]]
        wanted = f"{GROUP.prefix}-{USER}"
        _there(wanted, found)
        yield {"account": account, "change": f"user profile {wanted}"}
    for account, region in _with_own_endpoint(world):
        ec2 = world.administrator("ec2", account, region)
        rows = ec2.describe_vpc_endpoints()["VpcEndpoints"]
        wanted = f"com.amazonaws.{region}.{ENDPOINT}"
        _there(wanted, [row["ServiceName"] for row in rows])
        yield {"account": account, "change": f"endpoint {wanted}"}


def _with_own_endpoint(world: World) -> Iterator[tuple[str, str]]:
    """Where the changed configuration has it in the VPC; elsewhere it may be a central one."""
    config = load_config(_file(world, CDK_APP_CONFIG), _file(world, CDK_INFRA_APP_CONFIG))
    for deployment in world.config.enabled_deployments:
        for stage in deployment.enabled_stages:
            network = config.network(deployment.set_name, stage.stage_name)
            studio = config.studio(deployment.set_name, stage.stage_name)
            if isinstance(network, CreateNetwork):
                own = network.own_endpoints(studio=studio is not None)
                if ENDPOINT in {row.key for row in own}:
                    yield stage.account, stage.region


def _there(wanted: str, found: list[str]) -> None:
    if wanted not in found:
        raise PlatformError(
            f"the pipeline has delivered, but '{wanted}' is not there: {', '.join(sorted(found))}",
            hint="see the actions of the pipeline of the infrastructure",
        )


def _studios(world: World) -> Iterator[tuple[str, str]]:
    for deployment in world.config.enabled_deployments:
        for stage in deployment.enabled_stages:
            if world.config.studio(deployment.set_name, stage.stage_name):
                yield stage.account, stage.region


def gets_a_firewall(config: PlatformConfig) -> bool:
    """Whether a VPC that is made has no firewall of DNS, before the configuration is changed."""
    networks = (
        config.network(deployment.set_name, stage.stage_name)
        for deployment in config.enabled_deployments
        for stage in deployment.enabled_stages
    )
    return any(
        isinstance(network, CreateNetwork) and network.dns_rules is DnsFirewall.OFF
        for network in networks
    )


def _file(world: World, file: Path) -> Path:
    """A configuration file in the checkout of this world."""
    return world.checkout / file.relative_to(REPOSITORY_ROOT)


def edit(file: Path, change: Callable[[Any], None]) -> None:
    """Change a file, and keep what a person wrote beside it."""
    content = load(file.read_text(encoding="utf-8") if file.is_file() else "")
    change(content)
    file.write_text(dump(content), encoding="utf-8")
