"""The fixed cost of each account: what is paid for existing, before anybody works."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.assembly.templates import StackTemplate, Template
from mlops_commons.costs.prices import Prices
from mlops_commons.costs.resources import HOURLY, is_known


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """What a month takes while nobody does anything.

    Attributes:
        quantities: units by the name of the price.
        unknown: how many resources there are of types that no list knows.
    """

    quantities: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Fixed") -> "Fixed":
        return Fixed(
            quantities=self.quantities + other.quantities, unknown=self.unknown + other.unknown
        )

    def usd(self, prices: Prices) -> float:
        """US dollars a month."""
        return sum(prices.of(name).usd * number for name, number in self.quantities.items())


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account with what it costs; its roles are those of its stacks, such as `dev`."""

    account: str
    region: str
    roles: tuple[str, ...]
    fixed: Fixed


def fixed_of(template: Template) -> Fixed:
    """What the resources of a template take."""
    scope = Scope(mappings=template.get("Mappings", {}), conditions=template.get("Conditions", {}))
    quantities: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for resource in template.get("Resources", {}).values():
        type_ = resource["Type"]
        if type_ in HOURLY:
            properties: Mapping[str, Any] = evaluate(resource.get("Properties", {}), scope)
            quantities.update(HOURLY[type_](properties))
        elif not is_known(type_):
            unknown[type_] += 1
    return Fixed(quantities=quantities, unknown=unknown)


def accounts(stacks: Iterable[StackTemplate]) -> list[Account]:
    """What each account takes in each region, governance first."""
    found: dict[tuple[str, str], Account] = {}
    for stack in stacks:
        summary = stack.summary
        place = (summary.account, summary.region)
        before = found.get(place)
        roles = (*before.roles, summary.role) if before else (summary.role,)
        fixed = fixed_of(stack.template)
        found[place] = Account(
            account=summary.account,
            region=summary.region,
            roles=tuple(dict.fromkeys(roles)),
            fixed=before.fixed + fixed if before else fixed,
        )
    return list(found.values())
