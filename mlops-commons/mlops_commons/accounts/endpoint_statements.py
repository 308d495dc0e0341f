"""What the policies of the organization's central endpoints let pass for this platform.

An endpoint of a stage's own has the same statements, for its stage alone; a central one serves all
stages of its region, so that statements which differ in nothing but who asks become one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mlops_commons.config.values import region_partitions
from mlops_commons.egress.statements import Neighbours, Place, Surroundings, endpoint_statements
from mlops_commons.organization import RoleNames
from mlops_commons.stage import CreateNetwork, Deployment, PlatformConfig, Stage
from mlops_commons.vpc_endpoints import VpcEndpoint

ASKING: Final = "aws:PrincipalAccount"
OWNING: Final = "aws:ResourceAccount"
ITSELF: Final = f"${{{ASKING}}}"
"""A variable of IAM: whoever asks. An example of the page "AWS global condition context keys"."""


def statements_by_endpoint(
    config: PlatformConfig,
) -> Iterator[tuple[str, str, tuple[dict[str, Any], ...]]]:
    """The Profile and the service of each central endpoint, with the statements of its policy."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            network = config.network(deployment.set_name, stage.stage_name)
            if not isinstance(network, CreateNetwork) or network.central_endpoints is None:
                continue
            profile = network.central_endpoints.route53_profile_id
            studio = config.studio(deployment.set_name, stage.stage_name) is not None
            for row in network.shared_endpoints(studio=studio):
                name = (profile, row.service_name(stage.region))
                found.setdefault(name, []).extend(
                    _of(row, deployment, stage, network, config.org.roles)
                )
    for (profile, service), documents in sorted(found.items()):
        yield profile, service, tuple(_numbered(_merged(documents)))


def _of(
    row: VpcEndpoint,
    deployment: Deployment,
    stage: Stage,
    network: CreateNetwork,
    roles: RoleNames,
) -> Iterator[dict[str, Any]]:
    partition = region_partitions().get(stage.region, "aws")
    surroundings = Surroundings(
        place=Place(partition=partition, region=stage.region, account=stage.account),
        region=stage.region,
        neighbours=Neighbours.of_stage(deployment, stage, roles),
        rules=network.endpoint_rules,
    )
    for document in endpoint_statements(row, surroundings):
        yield _about_itself(document, stage.account)


def _about_itself(document: dict[str, Any], account: str) -> dict[str, Any]:
    """Own principals that use own resources, as it holds of every account."""
    condition = {name: dict(keys) for name, keys in document.get("Condition", {}).items()}
    equals = condition.get("StringEquals", {})
    if equals.get(ASKING) == equals.get(OWNING) == account:
        equals[OWNING] = ITSELF
    return {**document, "Condition": condition} if condition else document


def _merged(documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Statements that differ in nothing but who asks, as one."""
    askers: dict[str, list[str]] = {}
    for document in documents:
        condition = {name: dict(keys) for name, keys in document.get("Condition", {}).items()}
        asking = condition.get("StringEquals", {}).pop(ASKING, [])
        rest = json.dumps({**document, "Condition": condition})
        known = askers.setdefault(rest, [])
        known.extend(name for name in _listed(asking) if name not in known)
    for rest, names in askers.items():
        yield _asked_by(json.loads(rest), names)


def _asked_by(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    condition: Mapping[str, dict[str, Any]] = document.pop("Condition")
    if names:
        condition["StringEquals"][ASKING] = names
    filled = {operator: keys for operator, keys in condition.items() if keys}
    return {**document, "Condition": filled} if filled else document


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [*value]


def _numbered(documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A policy has each `Sid` once."""
    seen: dict[str, int] = {}
    for document in documents:
        sid = document["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        yield document if seen[sid] == 1 else {**document, "Sid": f"{sid}{seen[sid]}"}
