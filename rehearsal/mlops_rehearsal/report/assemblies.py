"""What the synthesised apps of a rehearsal say: accepted findings, and what it costs a month."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.assembly.templates import read_templates
from mlops_commons.config.projects_of_sets import delivered_apps, sets_with_projects
from mlops_commons.costs.cases import SHIPPED, load_cases
from mlops_commons.costs.prices import current_prices
from mlops_commons.costs.report import report
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_rehearsal.report.deployed import Acknowledgement, Cost
from mlops_rehearsal.world.world import World

KIND: Final = "aws:cdk:acknowledged-rules"
"""Under which aws-cdk-lib keeps in an assembly what `Validations.acknowledge` was given."""
ANNOTATION: Final = "Annotation::"


@dataclass(frozen=True, kw_only=True)
class Costed:
    """Dollars of accounts, and of all of them in cases of use."""

    accounts: tuple[Cost, ...] = ()
    cases: Mapping[str, float]
    prices_of: str = ""


def assemblies(checkout: Path) -> Mapping[str, Path]:
    """The assemblies that the first deployment has left, by app; none before it."""
    found = {app: checkout / folder / "cdk.out" for app, folder in APP_DIRECTORIES.items()}
    return {app: folder for app, folder in found.items() if (folder / "manifest.json").is_file()}


def acknowledgements(checkout: Path) -> tuple[Acknowledgement, ...]:
    """Every finding that an app accepts, each rule once at each construct."""
    rows = [
        row
        for app, folder in assemblies(checkout).items()
        for file in sorted(folder.rglob("*.metadata.json"))
        for row in _acknowledged(app, file)
    ]
    return tuple(dict.fromkeys(rows))


def _acknowledged(app: str, file: Path) -> Iterator[Acknowledgement]:
    for construct, entries in json.loads(file.read_bytes()).items():
        for entry in entries:
            if entry["type"] == KIND:
                for rule, reason in entry["data"].items():
                    yield Acknowledgement(
                        app=app,
                        rule=rule.removeprefix(ANNOTATION),
                        construct=construct.lstrip("/"),
                        reason=reason,
                    )


def costs(world: World) -> Costed:
    """As `costs` counts them, for the configuration of this rehearsal."""
    found = assemblies(world.checkout)
    if len(found) < len(delivered_apps(world.config)):
        return Costed(cases={})
    prices = current_prices(REPOSITORY_ROOT)
    cases = load_cases(SHIPPED, prices.rows)
    sets = len(sets_with_projects(world.config))
    counted = report([read_templates(f) for f in found.values()], prices, cases, sets=sets)
    return Costed(
        accounts=tuple(
            Cost(
                account=account.account,
                region=account.region,
                roles=", ".join(account.roles),
                usd=round(account.fixed.usd(prices), 2),
            )
            for account in counted.accounts
        ),
        cases={case.name: round(counted.total(case), 2) for case in cases},
        prices_of=prices.read,
    )
