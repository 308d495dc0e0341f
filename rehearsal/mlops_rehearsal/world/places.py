"""Where a rehearsal takes place: the accounts of a configuration, each once."""

from dataclasses import dataclass

from mlops_commons.config import PlatformConfig


@dataclass(frozen=True)
class Place:
    """An account in a region, its role in the platform, and the AWS profile that reaches it."""

    account: str
    region: str
    role: str
    profile: str


def places(config: PlatformConfig) -> tuple[Place, ...]:
    """Governance, then every enabled stage; an account and region once for each profile."""
    pipeline = config.pipeline
    found = [Place(pipeline.account, pipeline.region, "governance", pipeline.bootstrap.aws_profile)]
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            role = f"{deployment.set_name}/{stage.stage_name}"
            profile = stage.bootstrap.aws_profile
            found.append(Place(stage.account, stage.region, role, profile))
    return tuple({(p.account, p.region, p.profile): p for p in reversed(found)}.values())[::-1]


def occupied(config: PlatformConfig) -> tuple[tuple[str, str], ...]:
    """Every account and region with stacks: in governance pipelines keep copies elsewhere, too."""
    found = {(place.account, place.region) for place in places(config)}
    return tuple(sorted(found | {(config.pipeline.account, region) for _, region in found}))
