"""What is done in a month, in named cases from a file that a user may replace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.costs.prices import Prices
from mlops_commons.utilities.errors import PlatformError

SHIPPED: Final = Path(__file__).with_name("usage.yml")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What one account set does in a month.

    Attributes:
        quantities: units by the name of the price.
    """

    name: str
    text: str
    quantities: Mapping[str, float]

    def usd(self, prices: Prices) -> float:
        """US dollars a month, for one account set."""
        return sum(prices.of(name).usd * number for name, number in self.quantities.items())


def load_cases(file: Path, prices: Iterable[str]) -> tuple[Case, ...]:
    """The cases of a file, in their order.

    Args:
        prices: the names that quantities may have.

    Raises:
        PlatformError: it cannot be read, or says something that is not allowed.
    """
    # Imported here: only this reads it, and it takes a tenth of a second.
    import yaml

    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise PlatformError(f"'{file}' is no YAML: {error}") from None
    try:
        cases = tuple(_case(row, frozenset(prices)) for row in content["cases"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise PlatformError(
            f"'{file}' is no list of cases: {error}",
            hint=f"each case has a name, a text and quantities; begin with a copy of {SHIPPED}",
        ) from None
    if not cases:
        raise PlatformError(f"'{file}' has no case", hint=f"begin with a copy of {SHIPPED}")
    return cases


def _case(row: Mapping[str, Any], prices: frozenset[str]) -> Case:
    quantities = row.get("quantities") or {}
    for name, number in quantities.items():
        if name not in prices:
            raise ValueError(f"{name!r} is no price; there are: {', '.join(sorted(prices))}")
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number < 0:
            raise ValueError(f"{name} is {number!r}, not a number of zero or more")
    return Case(name=str(row["name"]), text=str(row.get("text", "")), quantities=quantities)
