"""What is done in a month, in named cases from a file that a user may replace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.config.values import nearest
from mlops_commons.costs.prices import Prices
from mlops_commons.utilities.errors import PlatformError

SHIPPED: Final = Path(__file__).with_name("usage.yml")
KEYS: Final = ("name", "text", "quantities")
MOST: Final = 1e15


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
        text = file.read_text(encoding="utf-8")
        content: Any = yaml.safe_load(text)
        root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise PlatformError(f"'{file}' is no YAML: {error}") from None
    try:
        (lines,) = _known(content, root, "key", ("cases",)).values()
        rows = zip(content["cases"], lines.value, strict=True)
        cases = tuple(_case(row, node, tuple(prices)) for row, node in rows)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise PlatformError(
            f"'{file}' is no list of cases: {error}",
            hint=f"each case has a name, a text and quantities; begin with a copy of {SHIPPED}",
        ) from None
    if not cases:
        raise PlatformError(f"'{file}' has no case", hint=f"begin with a copy of {SHIPPED}")
    return cases


def _case(row: Mapping[str, Any], node: Any, prices: Sequence[str]) -> Case:
    lines = _known(row, node, "key", KEYS)
    quantities = row["quantities"] or {}
    for name, at in _known(quantities, lines["quantities"], "price", sorted(prices)).items():
        number = quantities[name]
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not _usable(number):
            raise ValueError(
                f"line {_line(at)}: {name} is {number!r}, not a number of zero or more"
            )
    return Case(name=str(row["name"]), text=str(row.get("text", "")), quantities=quantities)


def _usable(number: float) -> bool:
    """Neither negative nor `.nan` nor `.inf`, and nothing that no month has."""
    return 0 <= number < MOST


def _known(
    content: Mapping[str, Any], node: Any, what: str, allowed: Sequence[str]
) -> Mapping[str, Any]:
    """The nodes of what a mapping holds, by its keys; its own for what `<<` has brought.

    Raises:
        ValueError: a key is none of those that are allowed.
    """
    nodes = {key.value: (key, value) for key, value in node.value} if content else {}
    for name in content:
        if name not in allowed:
            line = _line(nodes[name][0]) if name in nodes else _line(node)
            near = nearest(str(name), allowed)
            hint = f"{near}? " if near else ""
            raise ValueError(
                f"line {line}: {name!r} is no {what}; {hint}there are: {', '.join(allowed)}"
            )
    return {name: nodes[name][1] if name in nodes else node for name in content}


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
