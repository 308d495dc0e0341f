"""What a stage gets from `cdk-infra-app.yml`: its network, and Studio where it has one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from mlops_commons import stage as platform
from mlops_commons.config import infra_model as infra
from mlops_commons.config import studio_model
from mlops_commons.config.filled import named_values
from mlops_commons.config.values import ConfigModel
from mlops_commons.contract import USER_GROUPS, Persona, StageRole
from mlops_commons.utilities import names

Block = TypeVar("Block")


def network(networks: infra.NetworkFile, set_name: str, stage_name: str) -> platform.Network:
    """The network of a stage; both names in lower case."""
    entry = next(
        (
            stage
            for deployment in networks.deployments
            if deployment.set_name.lower() == set_name
            for stage in deployment.stages
            if stage.stage_name.lower() == stage_name
        ),
        None,
    )
    if entry and entry.import_network:
        return platform.ImportNetwork(**named_values(platform.ImportNetwork, entry.import_network))
    own = entry.create_network if entry and entry.create_network else infra.CreateNetworkFile()
    return _created(networks.default_create_network, own)


def _created(*layers: infra.CreateNetworkFile) -> platform.CreateNetwork:
    """The layers one over the other: what a later one names wins."""
    endpoints = {key: on for layer in layers for key, on in layer.switches().items()}
    named = {**named_values(platform.CreateNetwork, *layers), "endpoints": endpoints}
    gateway, central = named.pop("transit_gateway", None), named.pop("central_endpoints", None)
    network = platform.CreateNetwork(
        **named,
        transit_gateway=_one(platform.TransitGateway, gateway),
        central_endpoints=_one(platform.CentralEndpoints, central),
    )
    has_nat = network.egress is platform.EgressMode.NAT
    zones = len(network.availability_zones) or network.max_azs
    return replace(
        network,
        max_azs=zones,
        endpoint_azs=min(network.endpoint_azs, zones),
        nat_gateways=network.nat_gateways if has_nat else 0,
    )


def _one(kind: type[Block], entry: ConfigModel | None) -> Block | None:
    return None if entry is None else kind(**named_values(kind, entry))


def studio(
    sagemaker: studio_model.SageMakerFile, set_name: str, stage_name: str, role: StageRole
) -> platform.Studio | None:
    """The Studio of a stage, None where it has none; both names in lower case."""
    deployment = next(
        (d for d in sagemaker.deployments if d.set_name.lower() == set_name),
        studio_model.StudioDeploymentFile.model_construct(set_name=set_name),
    )
    stage = next(
        (s for s in deployment.stages if s.stage_name.lower() == stage_name),
        studio_model.StudioStageFile.model_construct(stage_name=stage_name),
    )
    wanted = role is StageRole.DEV if stage.deploy_studio is None else stage.deploy_studio
    if not wanted:
        return None
    named = {
        **named_values(platform.Studio, stage),
        "domain_name": names.studio_domain(stage.domain_name, set_name, stage_name),
        "mlflow": sagemaker.mlflow if stage.mlflow is None else stage.mlflow,
        "auth_mode": sagemaker.auth_mode if stage.auth_mode is None else stage.auth_mode,
        "users": tuple(_users(sagemaker.profiles, deployment.profiles)),
        "personas": dict(_further(sagemaker.personas, deployment.personas)),
        "jobs": platform.Jobs(**named_values(platform.Jobs, sagemaker.jobs, deployment.jobs)),
    }
    return platform.Studio(**named)


def _further(
    general: studio_model.PersonasFile, own: studio_model.PersonasFile
) -> Iterator[tuple[Persona, platform.Further]]:
    for persona in Persona:
        entry = getattr(own, persona) or getattr(general, persona)
        if entry:
            buckets = tuple(
                platform.DataBucket(**named_values(platform.DataBucket, bucket))
                for bucket in entry.data_buckets
            )
            named = named_values(platform.Further, entry)
            yield persona, platform.Further(**{**named, "data_buckets": buckets})


def _users(
    general: studio_model.ProfilesFile, own: studio_model.ProfilesFile
) -> Iterator[platform.StudioUser]:
    for persona, group in USER_GROUPS.items():
        entry = (
            getattr(own, group.name)
            or getattr(general, group.name)
            or studio_model.ProfileGroupFile()
        )
        prefix = group.prefix if entry.prefix is None else entry.prefix
        users = (
            [studio_model.UserFile.model_construct(user_profile_name=name) for name in group.users]
            if entry.users is None
            else entry.users
        )
        for user in users:
            yield platform.StudioUser(
                profile_name=names.user_profile(prefix, user.user_profile_name),
                persona=persona,
                project=user.project or "",
                identity_center_user=user.identity_center_user or "",
            )
