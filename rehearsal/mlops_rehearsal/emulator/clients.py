"""Clients of boto3 that reach an emulator; the description of each service is read once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


def client(
    service: str, region: str, endpoint: str, certificate: Path, credentials: Mapping[str, str]
) -> Any:
    """A client of a service with these credentials.

    Each has a session of its own, so that threads may use them. What takes the time is to read the
    descriptions of services and endpoints: 0.1 to 0.4 seconds of a core, 0.03 with a shared loader.
    """
    import boto3
    import botocore.session
    from botocore.config import Config

    core = botocore.session.get_session()
    core.register_component("data_loader", _loader())
    return boto3.session.Session(botocore_session=core).client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        verify=str(certificate),
        config=Config(
            retries={"max_attempts": 2, "mode": "standard"},
            s3={"addressing_style": "path"},
            proxies={},  # none, whatever the caller's shell says
        ),
        **credentials,
    )


@cache
def _loader() -> Any:
    import botocore.loaders

    return botocore.loaders.create_loader()
