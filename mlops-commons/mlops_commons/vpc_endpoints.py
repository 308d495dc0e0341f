"""The VPC endpoints that a network can have, one row each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EndpointScope(StrEnum):
    """Where an endpoint is created unless the configuration switches it."""

    ALL = "all stages"
    STUDIO = "stages with Studio"


@dataclass(frozen=True, kw_only=True)
class VpcEndpoint:
    """One row of the table.

    Attributes:
        key: its switch in the configuration.
        service: the service part of the name `com.amazonaws.<region>.<service>`, or with
            `global_prefix` false the whole name, with `{region}` in it.
    """

    key: str
    service: str
    scope: EndpointScope


VPC_ENDPOINTS: Final = (
    VpcEndpoint(key="s3", service="s3", scope=EndpointScope.ALL),
    VpcEndpoint(key="kms", service="kms", scope=EndpointScope.ALL),
    VpcEndpoint(key="ecr", service="ecr.api", scope=EndpointScope.ALL),
    VpcEndpoint(key="ecr_docker", service="ecr.dkr", scope=EndpointScope.ALL),
)
"""To add an endpoint, add a row."""

VPC_ENDPOINT_KEYS: Final = tuple(row.key for row in VPC_ENDPOINTS)
