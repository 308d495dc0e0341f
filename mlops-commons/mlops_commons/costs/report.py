"""What a configuration costs, as data: accounts, cases, projects, and what nobody knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.assembly.templates import AppTemplates
from mlops_commons.costs.cases import Case
from mlops_commons.costs.fixed import Account, Fixed, accounts, fixed_of
from mlops_commons.costs.prices import Prices

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Endpoints": ("endpoint_hour",),
    "NAT, IPv4": ("nat_hour", "ipv4_hour"),
    "Keys": ("kms_key_month",),
    "Other": ("alarm_month", "dns_domain_month", "transit_gateway_hour"),
}
"""Columns of the fixed cost; a test holds that every price of a resource is in one."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a configuration costs in a month.

    Attributes:
        projects: what one project of each product adds to its dev account while it is idle.
        sets: how many account sets have projects: cases are what is done in one of them.
    """

    prices: Prices
    accounts: Sequence[Account]
    projects: Mapping[str, Fixed]
    cases: Sequence[Case]
    sets: int

    @property
    def fixed(self) -> float:
        """US dollars a month of all accounts."""
        return sum(account.fixed.usd(self.prices) for account in self.accounts)

    @property
    def unknown(self) -> Counter[str]:
        """Resources of types that no list knows; they are in no sum."""
        found: Counter[str] = Counter()
        for each in (*(account.fixed for account in self.accounts), *self.projects.values()):
            found += each.unknown
        return found

    @property
    def unverified(self) -> list[str]:
        """The prices that are used here and that nobody has read in a list of AWS's."""
        used = {name for account in self.accounts for name in account.fixed.quantities}
        used |= {name for case in self.cases for name in case.quantities}
        used |= {name for fixed in self.projects.values() for name in fixed.quantities}
        return sorted(name for name in used if not self.prices.of(name).verified)

    def total(self, case: Case) -> float:
        """US dollars a month when every set does what a case says."""
        return self.fixed + self.sets * case.usd(self.prices)


def report(
    apps: Sequence[AppTemplates], prices: Prices, cases: Sequence[Case], *, sets: int
) -> Report:
    """The costs of what apps synthesise.

    Args:
        sets: how many account sets have projects.
    """
    products = [template for app in apps for found in app.products.values() for template in found]
    return Report(
        prices=prices,
        accounts=accounts(stack for app in apps for stack in app.stacks),
        projects=dict(sorted(_by_product(products).items())),
        cases=cases,
        sets=sets,
    )


def grouped(fixed: Fixed, prices: Prices) -> dict[str, float]:
    """The cost by column."""
    return {
        title: sum(prices.of(name).usd * fixed.quantities[name] for name in names)
        for title, names in GROUPS.items()
    }


def document(found: Report) -> dict[str, Any]:
    """The report as JSON: US dollars rounded to cents, quantities with their prices."""
    prices = found.prices
    return {
        "currency": "USD",
        "prices_of": prices.read,
        "fixed": round(found.fixed, 2),
        "accounts": [
            {
                "account": account.account,
                "region": account.region,
                "roles": account.roles,
                "usd": round(account.fixed.usd(prices), 2),
                "quantities": dict(account.fixed.quantities),
            }
            for account in found.accounts
        ],
        "projects": {name: round(fixed.usd(prices), 2) for name, fixed in found.projects.items()},
        "cases": [
            {
                "name": case.name,
                "text": case.text,
                "usd_of_a_set": round(case.usd(prices), 2),
                "total": round(found.total(case), 2),
            }
            for case in found.cases
        ],
        "unknown_types": dict(found.unknown),
        "not_verified": found.unverified,
        "prices": {
            name: {"usd": row.usd, "unit": row.unit, "region": row.region, "date": row.date}
            | {"source": row.source, "verified": row.verified}
            for name, row in prices.rows.items()
        },
    }


def _by_product(products: Sequence[Mapping[str, Any]]) -> dict[str, Fixed]:
    """Several sets offer the same product; one is counted."""
    return {str(template.get("Description", "")): fixed_of(template) for template in products}
