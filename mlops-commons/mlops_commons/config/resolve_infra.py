"""What a stage gets from `cdk-infra-app.yml`: its network, and Studio where it has one."""

from mlops_commons import stage as platform
from mlops_commons.config import infra_model as infra
from mlops_commons.config import studio_model
from mlops_commons.contract import StageName
from mlops_commons.utilities import names

NETWORK_DEFAULTS = infra.CreateNetworkFile.model_validate(
    {
        "vpc_cidr": "10.0.0.0/16",
        "vpc_max_azs": 3,
        "vpc_private_subnet_cidr_mask": 24,
        "vpc_public_subnet_cidr_mask": 26,
        "vpc_enable_dns_hostnames": True,
        "vpc_enable_dns_support": True,
        "vpc_nat_gateways": 1,
        "egress": "nat",
    }
)
PERSONAS = {
    "data_scientists": ("data_scientist", "ds", ("data-scientist",)),
    "lead_data_scientists": ("lead_data_scientist", "lead-ds", ("lead-data-scientist",)),
    "ml_engineers": ("ml_engineer", "ml-eng", ()),
}
"""Group in the file: key of the persona, default prefix, default users."""


def is_dev(stage_name: str) -> bool:
    """Whether this is the stage where people work."""
    return stage_name.lower() == StageName.DEV


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
        found = entry.import_network
        return platform.ImportNetwork(
            vpc_id=found.vpc_id,
            subnets=found.subnets,
            base_security_group=found.base_security_group,
            vpc_cidr=found.vpc_cidr or "",
            route_table_ids=found.route_table_ids,
            endpoints=found.endpoints,
        )
    own = entry.create_network if entry and entry.create_network else infra.CreateNetworkFile()
    return _created(NETWORK_DEFAULTS, networks.default_create_network, own)


def _created(*layers: infra.CreateNetworkFile) -> platform.CreateNetwork:
    """The layers one over the other: what a later one names wins."""
    merged = NETWORK_DEFAULTS
    endpoints: dict[str, bool] = {}
    for layer in layers:
        named = {name: getattr(layer, name) for name in layer.model_fields_set}
        merged = merged.model_copy(update=named)
        endpoints |= layer.switches()
    egress = merged.egress or platform.EgressMode.NAT
    return platform.CreateNetwork(
        vpc_cidr=merged.vpc_cidr or "",
        max_azs=len(merged.availability_zones) or merged.vpc_max_azs or 0,
        availability_zones=merged.availability_zones,
        private_subnet_cidr_mask=merged.vpc_private_subnet_cidr_mask or 0,
        public_subnet_cidr_mask=merged.vpc_public_subnet_cidr_mask or 0,
        enable_dns_hostnames=bool(merged.vpc_enable_dns_hostnames),
        enable_dns_support=bool(merged.vpc_enable_dns_support),
        nat_gateways=(merged.vpc_nat_gateways or 0) if egress is platform.EgressMode.NAT else 0,
        egress=egress,
        endpoints=endpoints,
    )


def studio(
    sagemaker: studio_model.SageMakerFile, set_name: str, stage_name: str
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
    wanted = is_dev(stage_name) if stage.deploy_studio is None else stage.deploy_studio
    if not wanted:
        return None
    return platform.Studio(
        domain_name=names.studio_domain(stage.domain_name, set_name, stage_name),
        idle_timeout_minutes=stage.idle_timeout_minutes,
        create_service_catalog_roles=stage.create_service_catalog_roles,
        users=tuple(_users(sagemaker.profiles, deployment.profiles)),
    )


def _users(
    general: studio_model.ProfilesFile, own: studio_model.ProfilesFile
) -> list[platform.StudioUser]:
    users = []
    for group, (persona, default_prefix, default_users) in PERSONAS.items():
        entry = getattr(own, group) or getattr(general, group) or studio_model.ProfileGroupFile()
        prefix = default_prefix if entry.prefix is None else entry.prefix
        profiles = (
            default_users
            if entry.users is None
            else tuple(user.user_profile_name for user in entry.users)
        )
        users += [
            platform.StudioUser(profile_name=names.user_profile(prefix, name), persona=persona)
            for name in profiles
        ]
    return users
