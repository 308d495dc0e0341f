"""What a service of AWS refuses although each value has the right form."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from mlops_commons.config.checks.networks import networks
from mlops_commons.config.sources import Sources
from mlops_commons.contract import Persona
from mlops_commons.stage import CreateNetwork, ImportNetwork, Studio, unapproved_afterwards
from mlops_commons.utilities.errors import Problem

MOST_DOMAIN_SUBNETS: Final = 16
"""API_CreateDomain, SubnetIds: array members, maximum number of 16 items."""
MOST_FURTHER: Final = 300
"""A stack has 500 resources at most (CloudFormation quotas, "Resources in concurrent stack
operations" and "Resources"); what a stage has besides its users
and its routes to a transit gateway stays below 200."""
PIPELINE_STAGES: Final = frozenset({"source", "build", "updatepipeline", "assets"})
"""Stages that every delivery pipeline has; a pipeline has each name once
(API_PipelineDeclaration). `Source`, `Build`, `UpdatePipeline` and `Assets` are CDK Pipelines'."""
PIPELINE_PARTS: Final = frozenset({"delivery", "repository"})
"""What stands beside the stages in the pipeline's stack, where each id is taken once."""
MOST_OF_A_REASON: Final = 1000
MOST_OF_A_DOMAIN: Final = 255
GOVERNANCE: Final = "governance"
MOST_STAGES: Final = 46
"""A pipeline has 50 stages at most (CodePipeline quotas); four of them are its own."""
CONTAINERS: Final = ipaddress.IPv4Network("172.17.0.0/16")
"""Amazon VPC User Guide, "VPC CIDR blocks": SageMaker can have conflicts with this range."""


def stage_names_free(sources: Sources) -> Iterator[Problem]:
    """A stage's name stands beside the names of the pipeline's own stages."""
    for path, _, stage in sources.stages():
        name = stage.stage_name.lower()
        reason = ""
        if name in PIPELINE_STAGES:
            reason = "a delivery pipeline has a stage of this name already"
        elif name in PIPELINE_PARTS:
            reason = "the stack of the delivery pipeline has a part of this name already"
        elif name == GOVERNANCE:
            reason = "bootstrap --stage governance means the governance account"
        if reason:
            message = f"'{stage.stage_name}' cannot be the name of a stage: {reason}"
            yield sources.app_document.problem((*path, "stage_name"), message)


def stages_of_a_pipeline(sources: Sources) -> Iterator[Problem]:
    """A delivery pipeline has a limit of stages."""
    counted: dict[str, int] = {}
    for path, deployment, _ in sources.stages():
        counted[deployment.set_name] = counted.get(deployment.set_name, 0) + 1
        if counted[deployment.set_name] == MOST_STAGES + 1:
            message = f"a pipeline delivers to {MOST_STAGES} stages at most; take a second set"
            yield sources.app_document.problem(path[:-1], message)


def reasons_fit(sources: Sources) -> Iterator[Problem]:
    """What an approval tells of later stages is a value of an action's configuration
    (API_ActionDeclaration, configuration: 1000 characters at most)."""
    for deployment in sources.config.enabled_deployments:
        stages = deployment.enabled_stages
        paths = [path for path, of_set, _ in sources.stages() if of_set is deployment]
        for stage in (stage for stage in stages if stage.manual_approval):
            length = len(unapproved_afterwards(stages, stage))
            if length > MOST_OF_A_REASON:
                later = stages.index(stage) + 1
                message = (
                    f"the approval of {stage.stage_name} shows the reasons of later stages, "
                    f"{length} characters in all; CodePipeline takes {MOST_OF_A_REASON}: write "
                    "them shorter"
                )
                where = (*paths[later], "manual_approval_reason")
                yield sources.app_document.problem(where, message)


def names_of_a_firewall(sources: Sources) -> Iterator[Problem]:
    """Route 53 Resolver takes names of 255 characters (UpdateFirewallDomains, Domains), each once
    (AWS::Route53Resolver::FirewallDomainList, Domains: unique items)."""
    for path, network in networks(sources, CreateNetwork):
        names = network.dns_allowed_domains
        for index, name in enumerate(names):
            reason = ""
            if len(name) > MOST_OF_A_DOMAIN:
                reason = f"has {len(name)} characters; {MOST_OF_A_DOMAIN} are allowed"
            elif name in names[:index]:
                reason = "stands there twice; remove one"
            if reason:
                where = (*sources.ranges_path(path, "dns_allowed_domains"), index)
                yield sources.infra_document.problem(where, f"'{name}' {reason}")


def subnets_of_a_domain(sources: Sources) -> Iterator[Problem]:
    """A Studio domain takes a limited number of subnets; so do the jobs of projects."""
    for _, deployment, stage in sources.stages():
        network = sources.config.network(deployment.set_name, stage.stage_name)
        if not isinstance(network, ImportNetwork):
            continue
        path = sources.network_path(deployment.set_name, stage.stage_name)
        if len(network.subnets) > MOST_DOMAIN_SUBNETS:
            message = (
                f"{len(network.subnets)} subnets; SageMaker's domains, jobs and models take "
                f"{MOST_DOMAIN_SUBNETS} at most: name those that workloads are to use"
            )
            yield sources.infra_document.problem((*path, "subnets"), message)
        for key in ("subnets", "endpoint_subnets"):
            named: tuple[str, ...] = getattr(network, key)
            double = [s for s in dict.fromkeys(named) if named.count(s) > 1]
            if double:
                message = f"'{double[0]}' is named twice"
                yield sources.infra_document.problem((*path, key), message)


def resources_of_a_stack(sources: Sources) -> Iterator[Problem]:
    """Every user is a resource of the stage's stack, and so is a route of each private subnet."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        studio, network = sources.config.studio(*names), sources.config.network(*names)
        users = len(studio.users) + 2 * len(_roles_of_projects(studio)) if studio else 0
        routes = (
            len(network.transit_routes) * network.max_azs
            if isinstance(network, CreateNetwork)
            else 0
        )
        if users + routes <= MOST_FURTHER:
            continue
        if studio and users > routes:
            groups = [sources.profiles_path(deployment.set_name, u.persona) for u in studio.users]
            fullest = max(dict.fromkeys(groups), key=groups.count)
            message = (
                f"{len(studio.users)} users in the Studio of set '{deployment.set_name}', and "
                f"{routes} routes to the transit gateway; {MOST_FURTHER} at most of both, because "
                "a stack has 500 resources, and two more for each role on a project: take a "
                "further set"
            )
        else:
            path = sources.network_path(*names)
            fullest = (*sources.ranges_path(path, "transit_gateway"), "routes")
            message = (
                f"{routes} routes to the transit gateway, one of each zone for each range, and "
                f"{users} users with their roles in stage '{stage.stage_name}' of set "
                f"'{deployment.set_name}'; {MOST_FURTHER} at most of both, because a stack has 500 "
                "resources: name fewer and larger ranges, or take egress 'inspection'"
            )
        found[sources.infra_document.problem(fullest, message)] = None
    yield from found


def _roles_of_projects(studio: Studio) -> set[tuple[Persona, str]]:
    """The roles that users on projects take, each with a policy; a lead's jobs have one more."""
    users = {(user.persona, user.project) for user in studio.users if user.project}
    leads = {project for persona, project in users if persona is Persona.LEAD_DATA_SCIENTIST}
    return users | {(Persona.EXECUTION, project) for project in leads}


def range_of_containers(sources: Sources) -> Iterator[Problem]:
    """SageMaker's machines use a range inside of themselves; what is imported cannot change."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        network = sources.config.network(deployment.set_name, stage.stage_name)
        if not isinstance(network, CreateNetwork):
            continue
        path = sources.network_path(deployment.set_name, stage.stage_name)
        for cidr in network.cidrs:
            if not ipaddress.IPv4Network(cidr).overlaps(CONTAINERS):
                continue
            message = (
                f"'{cidr}' is in {CONTAINERS}, which containers of SageMaker use "
                "inside of each machine; take another private range"
            )
            key = "vpc_cidr" if cidr == network.vpc_cidr else "secondary_cidrs"
            found[sources.infra_document.problem((*path, key), message)] = None
    yield from found
