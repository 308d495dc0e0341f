"""Act 2: every account and region is bootstrapped by the real CDK CLI."""

from collections.abc import Mapping

from mlops_commons.config import PlatformConfig
from mlops_commons.contract import StageName
from mlops_commons.rehearsal.accounts import Place, places
from mlops_commons.rehearsal.evidence import Evidence
from mlops_commons.rehearsal.programs import cdk_command
from mlops_commons.rehearsal.world import World

DELIVERED_FROM_DEV = (StageName.PREPROD, StageName.PROD)


def play_bootstrap(world: World) -> tuple[Evidence, ...]:
    """Bootstrap with the trust of every set (DESIGN decision 17)."""
    trust = trusted(world.config)
    rows = []
    for place in _first_of_each(places(world.config)):
        trusting = sorted(trust.get((place.account, place.region), set()) - {place.account})
        world.say(f"bootstrap {place.role} {place.account}/{place.region}")
        _bootstrap(world, place, trusting)
        rows.append(_row(world, place, trusting))
    return (Evidence("bootstrapped", tuple(rows)),)


def _first_of_each(found: tuple[Place, ...]) -> tuple[Place, ...]:
    """A place for each account and region, whichever profile comes first."""
    rows: dict[tuple[str, str], Place] = {}
    for place in found:
        rows.setdefault((place.account, place.region), place)
    return tuple(rows.values())


def trusted(config: PlatformConfig) -> Mapping[tuple[str, str], set[str]]:
    """Whom each account and region trusts: governance, and for preprod and prod their dev."""
    found: dict[tuple[str, str], set[str]] = {}
    for deployment in config.enabled_deployments:
        dev = deployment.stage(StageName.DEV)
        for stage in deployment.enabled_stages:
            trust = found.setdefault((stage.account, stage.region), set())
            trust.add(config.pipeline.account)
            if dev and stage.stage_name.lower() in DELIVERED_FROM_DEV:
                trust.add(dev.account)
    return found


def _bootstrap(world: World, place: Place, trust: list[str]) -> None:
    arguments = ["bootstrap", f"aws://{place.account}/{place.region}", "--profile", place.profile]
    if trust:
        arguments += ["--trust", ",".join(trust)]
    arguments += ["--cloudformation-execution-policies", world.execution_policy]
    world.program(
        f"bootstrap-{place.account}-{place.region}",
        [*cdk_command(), *arguments],
        cwd=world.folder,
        environment=world.environment(),
    )


def _row(world: World, place: Place, trust: list[str]) -> Mapping[str, str]:
    ssm = world.administrator("ssm", place.account, place.region)
    version = ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]["Value"]
    return {
        "account": place.account,
        "region": place.region,
        "role": place.role,
        "trusts": ", ".join(trust),
        "version": version,
        "execution policy": world.execution_policy,
    }
