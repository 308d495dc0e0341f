"""Checks of the policies of VPC endpoints: how long they become."""

import json
from collections.abc import Iterator
from typing import Final

from mlops_commons.config.sources import Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.egress.statements import (
    Neighbours,
    Place,
    Surroundings,
    endpoint_statements,
)
from mlops_commons.utilities.errors import Problem

MOST_CHARACTERS: Final = 20480
"""AWS PrivateLink quotas, "Characters in a VPC endpoint policy", white space included."""


def endpoint_policies_fit(sources: Sources) -> Iterator[Problem]:
    """Each of trusted_accounts is in the policies of several endpoints."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network, partition = sources.config.network(*names), region_partitions().get(stage.region)
        if not network.trusted_accounts or partition is None:
            continue
        surroundings = Surroundings(
            place=Place(partition=partition, region=stage.region, account=stage.account),
            region=stage.region,
            neighbours=Neighbours.of_stage(deployment, stage, sources.config.org.roles),
            rules=network.endpoint_rules,
        )
        rows = network.own_endpoints(studio=sources.config.studio(*names) is not None)
        lengths = {
            row.key: len(json.dumps([*endpoint_statements(row, surroundings)])) for row in rows
        }
        longest = max(lengths, key=lambda key: lengths[key], default="")
        if longest and lengths[longest] > MOST_CHARACTERS:
            message = (
                f"{len(network.trusted_accounts)} accounts make the policy of endpoint '{longest}' "
                f"{lengths[longest]} characters long, and Amazon VPC takes {MOST_CHARACTERS}: name "
                "their organization instead, trusted_organization: o-..."
            )
            path = sources.ranges_path(sources.network_path(*names), "trusted_accounts")
            found[sources.infra_document.problem(path, message)] = None
    yield from found
