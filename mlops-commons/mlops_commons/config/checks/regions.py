"""Checks of regions: what the configuration would make exists where it would make it."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.region_services import (
    OF_BUDGETS,
    OF_DNS_FIREWALL,
    OF_GOVERNANCE,
    OF_MLFLOW,
    OF_STAGES,
    OF_STUDIO,
    ZONES_OF_NEW_ACCOUNTS,
    missing_services,
    service_of,
)
from mlops_commons.stage import CreateNetwork, Deployment, DnsFirewall, Stage
from mlops_commons.utilities.errors import Problem
from mlops_commons.vpc_endpoints import VpcEndpoint, selected_endpoints, switched_on_endpoints


def services_in_their_region(sources: Sources) -> Iterator[Problem]:
    """Governance and each stage are in regions that have what they are made of."""
    region = sources.config.pipeline.region
    missing = missing_services(region, OF_GOVERNANCE) if region in region_partitions() else ()
    if missing:
        message = (
            f"{region} lacks what the governance account is made of: {', '.join(missing)}; take "
            "another region for it, stages may stay where they are"
        )
        yield sources.app_document.problem((APP_ROOT, "pipeline", "region"), message)
    for path, deployment, stage in _known_stages(sources):
        missing = missing_services(stage.region, _needs(sources, deployment, stage))
        if missing:
            message = f"{stage.region} lacks what the stage is made of: {', '.join(missing)}"
            yield sources.app_document.problem((*path, "region"), message)


def _needs(sources: Sources, deployment: Deployment, stage: Stage) -> tuple[str, ...]:
    network = sources.config.network(deployment.set_name, stage.stage_name)
    studio = sources.config.studio(deployment.set_name, stage.stage_name)
    firewall = isinstance(network, CreateNetwork) and network.dns_rules is not DnsFirewall.OFF
    return (
        *OF_STAGES,
        *(OF_STUDIO if studio else ()),
        *(OF_MLFLOW if studio and studio.mlflow else ()),
        *(OF_DNS_FIREWALL if firewall else ()),
        *(OF_BUDGETS if stage.budget else ()),
    )


def endpoints_in_their_region(sources: Sources) -> Iterator[Problem]:
    """A region has no endpoint of a service that it lacks."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in _known_stages(sources):
        path = sources.network_path(deployment.set_name, stage.stage_name)
        for row in _endpoints(sources, deployment, stage):
            service = service_of(row)
            if service and missing_services(stage.region, (service,)):
                message = (
                    f"{stage.region}, the region of stage '{stage.stage_name}' of set "
                    f"'{deployment.set_name}', has no {service}, to which endpoint '{row.key}' "
                    f"leads; switch it off: {row.key}: false"
                )
                where = (*path, "endpoints", row.key)
                found[sources.infra_document.problem(where, message)] = None
    yield from found


def _endpoints(sources: Sources, deployment: Deployment, stage: Stage) -> tuple[VpcEndpoint, ...]:
    names = (deployment.set_name, stage.stage_name)
    network = sources.config.network(*names)
    if isinstance(network, CreateNetwork):
        studio = sources.config.studio(*names) is not None
        return selected_endpoints(network.endpoints, studio=studio)
    return switched_on_endpoints(network.endpoints)


def zones_of_new_accounts(sources: Sources) -> Iterator[Problem]:
    """Fn::GetAZs gives what the account has, and a zone that it has not ends the deployment."""
    for _, deployment, stage in _known_stages(sources):
        network = sources.config.network(deployment.set_name, stage.stage_name)
        most = ZONES_OF_NEW_ACCOUNTS.get(stage.region, 6)
        if not isinstance(network, CreateNetwork) or network.availability_zones:
            continue
        if network.max_azs > most:
            path = sources.network_path(deployment.set_name, stage.stage_name)
            message = (
                f"stage '{stage.stage_name}' of set '{deployment.set_name}' is to have "
                f"{network.max_azs} zones, but accounts have {most} in {stage.region}; set "
                f"vpc_max_azs: {most}, or name the zones of an older account in availability_zones"
            )
            yield sources.infra_document.problem((*path, "vpc_max_azs"), message)


def _known_stages(sources: Sources) -> Iterator[tuple[KeyPath, Deployment, Stage]]:
    """The stages in regions that AWS has."""
    known = region_partitions()
    return (found for found in sources.stages() if found[2].region in known)
