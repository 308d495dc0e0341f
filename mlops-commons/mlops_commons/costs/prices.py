"""Prices by name, each with its date, region and source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError

SHIPPED: Final = Path(__file__).with_name("prices.json")
OWN_FILE: Final = "costs-prices.json"
REFRESH: Final = "./mlops-multi-account.sh costs refresh"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one unit costs, without taxes, discounts and free tiers.

    Attributes:
        usd: US dollars for one unit.
        date: when the source said so.
        source: a page or a price list of AWS's; a bill, where no list could be read.
        verified: whether a list or a bill of this region has been read; otherwise the figure is
            of general knowledge, and `costs refresh` replaces it.
        service, usage: by which the Price List knows it: a service code, and the usage type
            without the region that begins it.
        per: units of the Price List that make one of ours.
    """

    usd: float
    unit: str
    region: str
    date: str
    source: str
    verified: bool
    service: str
    usage: str
    per: int = 1


@dataclass(frozen=True, kw_only=True)
class Prices:
    """A table of prices.

    Attributes:
        read: when somebody last looked at all of them.
    """

    read: str
    rows: Mapping[str, Price]

    def of(self, name: str) -> Price:
        """The price with a name."""
        return self.rows[name]


def load_prices(file: Path = SHIPPED) -> Prices:
    """The prices of a file.

    Raises:
        PlatformError: it cannot be read, or lacks a price that is needed.
    """
    try:
        content: dict[str, Any] = json.loads(file.read_bytes())
        rows = {name: Price(**row) for name, row in content["prices"].items()}
        read = str(content["read"])
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be read: {error.strerror}", hint=REFRESH) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"'{file}' is no table of prices: {error}"
        raise PlatformError(message, hint=f"write it again with: {REFRESH}") from None
    wrong = sorted(name for name, row in rows.items() if not _is_price(row.usd))
    if wrong:
        raise PlatformError(f"'{file}' has no price that is a number for: {', '.join(wrong)}")
    if file != SHIPPED:
        missing = sorted(set(load_prices().rows) - set(rows))
        if missing:
            message = f"'{file}' lacks the prices: {', '.join(missing)}"
            raise PlatformError(message, hint=f"write it again with: {REFRESH}")
    return Prices(read=read, rows=rows)


def current_prices(root: Path) -> Prices:
    """The prices that `costs refresh` has left in a repository, else those shipped.

    Raises:
        PlatformError: the file that is there cannot be used.
    """
    own = root / OWN_FILE
    return load_prices(own if own.is_file() else SHIPPED)


def _is_price(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= float(str(value)) < 1_000_000
