"""What the platform costs a month in AWS, as the `costs` room counts it."""

from typing import Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, element, section
from mlops_rehearsal.report.tables import table

ABOUT: Final = (
    "Counted from the synthesised templates, in US dollars a month without taxes, discounts, free "
    "tiers and transfer between zones. Cases of use are assumptions; costs --usage takes yours."
)


def costs_section(report: Report) -> Html:
    """Fixed costs by account, and cases with everything included."""
    found = report.deployed
    if not found.costs:
        text = "Nothing was synthesised that could be counted."
        return section("costs", "Costs", element("p", text))
    fixed = [(row.roles, row.account, row.region, f"{row.usd:,.2f}") for row in found.costs]
    total = f"{sum(row.usd for row in found.costs):,.2f}"
    cases = [(name, f"{usd:,.2f}") for name, usd in found.cases.items()]
    return section(
        "costs",
        "Costs",
        element("p", f"{ABOUT} Prices read on {found.prices_of}."),
        table(
            "Before anybody works",
            ("account", "number", "region", "dollars"),
            [*fixed, ("all", "", "", total)],
        ),
        table("With use, fixed costs included", ("case", "dollars"), cases),
    )
