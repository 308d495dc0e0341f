"""A control: whom it concerns, when, and what it asks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlops_commons.ai_controls.clauses import Clause, objects


class Severity(StrEnum):
    """As Security Hub has it."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"


@dataclass(frozen=True, kw_only=True)
class Control:
    """One row.

    Attributes:
        type: of CloudFormation's resource, or of a pipeline's step.
        asks: every clause must hold.
        where: only where these hold does the control apply.
        each: a property with a list, to whose items `asks` and `where` apply.
        source: who says so; for Security Hub the rule of AWS Config behind the control.
    """

    id: str
    severity: Severity
    type: str
    title: str
    asks: Sequence[Clause]
    where: Sequence[Clause] = ()
    each: str = ""
    source: str

    def broken(self, properties: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with a resource: a message for each clause that does not hold.

        What only the deployment knows is wrong too: nobody has seen that it is right.
        """
        for way, item in objects(properties, self.each):
            if any(clause.holds(item) is False for clause in self.where):
                continue
            for clause in self.asks:
                if not clause.holds(item):
                    place = f"{way}{clause.path}"
                    yield f"{place} must be {clause.wanted()}; it is {clause.found(item)}"
