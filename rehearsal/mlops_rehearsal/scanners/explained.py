"""What explains a finding, and which findings are explained by it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mlops_rehearsal.scanners.finding import Finding, Scanner

HASH: Final = "(?:[0-9A-F]{8})?"
"""What the CDK adds to logical ids."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Findings that are right as they are: each rule at each resource, and none of them unused.

    Attributes:
        rules: of the scanners, by scanner.
        resources: regular expressions of logical ids without the CDK's hash.
        templates: a regular expression of the names of the templates where it holds.
        why: for a reviewer; it holds for each rule at each resource.
    """

    rules: dict[Scanner, tuple[str, ...]]
    resources: tuple[str, ...]
    why: str
    templates: str = ".*"

    def claims(self) -> Iterator["Claim"]:
        """Each rule at each resource."""
        for scanner, rules in self.rules.items():
            for rule in rules:
                for resource in self.resources:
                    yield Claim(scanner, rule, resource, self.templates)


@dataclass(frozen=True)
class Claim:
    """One rule at resources of one name."""

    scanner: Scanner
    rule: str
    resource: str
    templates: str

    def covers(self, finding: Finding) -> bool:
        """Whether this is the finding's explanation."""
        return (
            (finding.scanner, finding.rule) == (self.scanner, self.rule)
            and bool(re.fullmatch(f"{self.resource}{HASH}", finding.resource))
            and bool(re.fullmatch(self.templates, finding.template))
        )

    def __str__(self) -> str:
        return f"{self.scanner} {self.rule} at {self.resource}"


def unexplained(findings: Iterable[Finding], rows: Iterable[Explained]) -> list[Finding]:
    """The findings that no row explains."""
    claims = [claim for row in rows for claim in row.claims()]
    return [found for found in findings if not any(claim.covers(found) for claim in claims)]


def unused(findings: Iterable[Finding], rows: Iterable[Explained]) -> list[Claim]:
    """What rows explain although nothing finds it: it would hide a later fault."""
    found = list(findings)
    claims = [claim for row in rows for claim in row.claims()]
    return [claim for claim in claims if not any(map(claim.covers, found))]
