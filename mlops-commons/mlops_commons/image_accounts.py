"""The accounts from which AWS offers container images for SageMaker, by region."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("image_accounts.json")
"""An extract of what the SageMaker Python SDK takes images from; a test compares the two. AWS's own
page says the same by hand (Amazon SageMaker AI, "Docker registry paths and example code")."""


@cache
def image_accounts() -> Mapping[str, tuple[str, ...]]:
    """The account ids of every region that SageMaker has images in, sorted."""
    content = json.loads(FILE.read_text(encoding="utf-8"))["accounts"]
    return {region: tuple(accounts.split()) for region, accounts in content.items()}


def image_accounts_of(region: str) -> tuple[str, ...]:
    """The account ids of one region; those of all regions where it is not known at synthesis.

    Args:
        region: such as `eu-west-1`, or a CDK token.
    """
    table = image_accounts()
    if region in table:
        return table[region]
    if region.replace("-", "").isalnum():
        return ()
    return tuple(sorted({account for accounts in table.values() for account in accounts}))
