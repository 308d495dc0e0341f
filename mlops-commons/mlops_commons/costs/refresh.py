"""Prices asked of AWS: the Price List API, for one region.

Source: AWS Billing User Guide, "Using the AWS Price List Query API": any identity with
`pricing:GetProducts` may ask, at endpoints in three regions of the partition `aws`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mlops_commons.costs.prices import Price, Prices

ENDPOINT: Final = "us-east-1"
REGION: Final = re.compile("[A-Z]{2,4}[0-9]?|[a-z]{2}(-[a-z]+)+-[0-9]")
"""What a usage type begins with, except in us-east-1: `EUC1-`, or `eu-central-1-`."""


def refreshed(prices: Prices, client: Any, region: str, today: str) -> tuple[Prices, list[str]]:
    """The prices of a region, and the names of those that AWS does not list for it.

    Args:
        client: of the service `pricing`.
        today: the date that the new prices get.
    """
    rows: dict[str, Price] = {}
    missing: list[str] = []
    for name, price in prices.rows.items():
        found = _asked(client, price, region)
        if found is None:
            missing.append(name)
            rows[name] = price
            continue
        rows[name] = replace(
            price,
            usd=found * price.per,
            region=region,
            date=today,
            source=f"Price List Query API, {price.service}, {price.usage}",
            verified=True,
        )
    return Prices(read=today, rows=rows), missing


def _asked(client: Any, price: Price, region: str) -> float | None:
    filters = [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
        {"Type": "CONTAINS", "Field": "usagetype", "Value": price.usage},
    ]
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=price.service, Filters=filters
    )
    products = [json.loads(item) for page in pages for item in page["PriceList"]]
    exact = [p for p in products if _is_usage(p["product"]["attributes"]["usagetype"], price.usage)]
    found = sorted(usd for product in exact for usd in _on_demand(product))
    # Some services list a use once for each operation, at one price; zero is a free tier.
    return found[-1] if found else None


def _is_usage(found: str, wanted: str) -> bool:
    """Whether a usage type is the wanted one, in any region: others end alike."""
    return found == wanted or (
        found.endswith(f"-{wanted}")
        and REGION.fullmatch(found.removesuffix(f"-{wanted}")) is not None
    )


def _on_demand(product: Mapping[str, Any]) -> Iterator[float]:
    """The price of the first tier that is not free."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        tiers = sorted(term["priceDimensions"].values(), key=lambda tier: float(tier["beginRange"]))
        paid = [float(tier["pricePerUnit"]["USD"]) for tier in tiers]
        yield from [usd for usd in paid if usd > 0][:1]
