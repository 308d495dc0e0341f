"""Checks of regions: what the configuration would make exists where it would make it."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.region_services import (
    OF_BUDGETS,
    OF_CENTRAL_ENDPOINTS,
    OF_DNS_FIREWALL,
    OF_GOVERNANCE,
    OF_MLFLOW,
    OF_SOURCES,
    OF_STAGES,
    OF_STUDIO,
    in_words,
    missing_services,
    service_of,
)
from mlops_commons.resource_regions import types_missing
from mlops_commons.stage import CreateNetwork, Deployment, DnsFirewall, Stage
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.paths import APP_DIRECTORIES
from mlops_commons.vpc_endpoints import VpcEndpoint

ELSEWHERE: Final = "take another region"
Need = tuple[tuple[str, ...], str]
"""Services, and the way out where they are missing."""


def services_in_their_region(sources: Sources) -> Iterator[Problem]:
    """Governance and each stage are in regions that have what they are made of."""
    region = sources.config.pipeline.region
    if region in region_partitions() and (missing := _missing_in_governance(sources, region)):
        message = (
            f"{region} lacks what the governance account is made of: {', '.join(missing)}; take "
            f"another region for it, stages may stay where they are{_other_source(region, missing)}"
        )
        yield sources.app_document.problem((APP_ROOT, "pipeline", "region"), message)
    for path, deployment, stage in _known_stages(sources):
        lacks = {
            way: missing_services(stage.region, needed)
            for needed, way in _needs(sources, deployment, stage)
        }
        if any(lacks.values()):
            names = dict.fromkeys(name for services in lacks.values() for name in services)
            parts = [] if lacks[ELSEWHERE] else [way for way in lacks if lacks[way]]
            message = (
                f"{stage.region} lacks what the stage is made of: {in_words(names)}; "
                f"{', or '.join([ELSEWHERE, *parts])}"
            )
            yield sources.app_document.problem((*path, "region"), message)


def one_partition(sources: Sources) -> Iterator[Problem]:
    """Roles delegate access within one partition (IAM User Guide, "Cross account resource access in
    IAM"), and a pipeline of governance becomes roles of each stage."""
    partitions, home = region_partitions(), sources.config.pipeline.region
    for path, deployment, stage in _known_stages(sources):
        if home in partitions and partitions[stage.region] != partitions[home]:
            message = (
                f"{stage.region}, the region of stage '{stage.stage_name}' of set "
                f"'{deployment.set_name}', is in partition {partitions[stage.region]}, and {home} "
                f"of governance in {partitions[home]}; no role is assumed across partitions: give "
                "these stages a governance account and a configuration of their own "
                "(docs/how-to/several-environments.md)"
            )
            yield sources.app_document.problem((*path, "region"), message)


def _missing_in_governance(sources: Sources, region: str) -> tuple[str, ...]:
    types = {sources.config.pipeline.source_of(app).type for app in APP_DIRECTORIES}
    of_sources = (service for kind in sorted(types) for service in OF_SOURCES[kind])
    return missing_services(region, (*of_sources, *OF_GOVERNANCE))


def _other_source(region: str, missing: tuple[str, ...]) -> str:
    """A source that a region has, where the one that is written is all that is missing."""
    if not set(missing) <= {service for services in OF_SOURCES.values() for service in services}:
        return ""
    there = [kind for kind in OF_SOURCES if not missing_services(region, OF_SOURCES[kind])]
    return (
        "; or let pipelines have another source here, below pipeline.source: "
        f"{' or '.join(f'type: {kind}' for kind in there)}, see docs/how-to/choose-a-source.md"
    )


def _needs(sources: Sources, deployment: Deployment, stage: Stage) -> Iterator[Need]:
    """What a stage is made of, each with how it does without."""
    network = sources.config.network(deployment.set_name, stage.stage_name)
    studio = sources.config.studio(deployment.set_name, stage.stage_name)
    created = network if isinstance(network, CreateNetwork) else None
    yield OF_STAGES, ELSEWHERE
    if studio:
        yield OF_STUDIO, "leave Studio out, deploy_studio: false in cdk-infra-app.yml"
    if studio and studio.mlflow:
        yield OF_MLFLOW, "leave the MLflow App out, mlflow: false in cdk-infra-app.yml"
    if created and created.dns_rules is not DnsFirewall.OFF:
        yield OF_DNS_FIREWALL, "leave its rules out, dns_firewall: 'off' in cdk-infra-app.yml"
    if created and created.central_endpoints:
        yield OF_CENTRAL_ENDPOINTS, "leave out central_endpoints in cdk-infra-app.yml"
    if stage.budget:
        yield OF_BUDGETS, "leave out costs.budget"


def deploys_in_their_region(sources: Sources) -> Iterator[Problem]:
    """Projects deploy into every stage of their set, with the CloudFormation of its region."""
    with_projects = {deployment.set_name for deployment in sets_with_projects(sources.config)}
    for _, deployment, stage in sources.stages():
        if deployment.set_name not in with_projects:
            continue
        deploys = deployment.projects.deploys
        path = sources.projects_path(deployment.set_name, "deploys")
        for_all = path[:2] == (APP_ROOT, "projects")
        instead = ", or name it below deployments, for sets of other regions alone"
        for kind in types_missing(stage.region, deploys):
            message = (
                f"CloudFormation makes no {kind} in {stage.region}, the region of stage "
                f"'{stage.stage_name}' of set '{deployment.set_name}', where its projects deploy; "
                f"remove it{instead if for_all else ''}"
            )
            yield sources.app_document.problem((*path, deploys.index(kind)), message)


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
    return network.used_endpoints(studio=sources.config.studio(*names) is not None)


def _known_stages(sources: Sources) -> Iterator[tuple[KeyPath, Deployment, Stage]]:
    """The stages in regions that AWS has."""
    known = region_partitions()
    return (found for found in sources.stages() if found[2].region in known)
