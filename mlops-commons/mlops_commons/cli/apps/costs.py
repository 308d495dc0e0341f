"""`costs`: what the configuration costs a month, from its templates and a table of prices."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli.apps.assemblies import synthesised_stacks
from mlops_commons.cli.apps.costs_report import print_report
from mlops_commons.cli.help import Whole, epilog
from mlops_commons.cli.tables import print_wrapped
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

if TYPE_CHECKING:
    from mlops_commons.costs.prices import Prices
    from mlops_commons.costs.report import Report

EPILOG: Final = epilog(
    """
Fixed: what is paid for existing, exact by counts and hours of the synthesised templates. Cases:
what people do on top, in figures that you replace. Without taxes, discounts, free tiers and
transfer between zones and regions.
""",
    {
        "costs": "a table: accounts, a project, cases of use",
        "costs --usage my-usage.yml": "with figures of your own",
        "costs --json": "everything, each price with its date and source",
        "costs refresh": "ask AWS for today's prices (pricing:GetProducts)",
    },
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
VERB: Final = "./mlops-multi-account.sh costs"
UsageFile = Annotated[
    Path | None, typer.Option("--usage", help="Cases of your own (YAML).", metavar="FILE")
]
PricesFile = Annotated[
    Path | None,
    typer.Option("--prices", help="Another table of prices (JSON).", metavar="FILE"),
]
Region = Annotated[str, typer.Option("--region", help="The region whose prices are asked for.")]
Profile = Annotated[str, typer.Option("--profile", help="The profile that asks.")]
Written = Annotated[Path | None, typer.Option("--file", help="Where the prices are written.")]


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(cls=Whole, rich_markup_mode=None)
    group.callback(invoke_without_command=True, epilog=EPILOG)(costs)
    group.command("refresh")(refresh)
    application.add_typer(group, name="costs")


def costs(
    context: typer.Context,
    as_json: AsJson = False,
    usage: UsageFile = None,
    prices: PricesFile = None,
) -> None:
    """Say what it costs a month: by account, and in use."""
    if context.invoked_subcommand:
        return
    from mlops_commons.costs.report import document

    found = _report(usage, prices, quiet=as_json)
    if as_json:
        json.dump(document(found), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        print_report(found)


def refresh(
    region: Region = "",
    profile: Profile = "",
    file: Written = None,
) -> None:
    """Ask AWS for today's prices, and keep them."""
    from dataclasses import asdict

    from botocore.exceptions import BotoCoreError, ClientError

    from mlops_commons.accounts.profiles import session_of
    from mlops_commons.config.loader import load_sources
    from mlops_commons.costs.prices import OWN_FILE, load_prices
    from mlops_commons.costs.refresh import ENDPOINT, refreshed

    governance = load_sources().config.pipeline
    region = region or governance.region
    session = session_of(profile or governance.bootstrap.aws_profile, ENDPOINT)
    today = datetime.now(tz=UTC).date().isoformat()
    try:
        client = session.client("pricing", region_name=ENDPOINT)
        prices, missing = refreshed(load_prices(), client, region, today)
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(
            f"the prices cannot be asked for: {error}",
            hint="the profile needs pricing:GetProducts; AWS has the Price List in no region of "
            "China and of GovCloud, where a profile of the partition 'aws' asks",
        ) from None
    rows = {name: asdict(row) for name, row in prices.rows.items()}
    file = file or REPOSITORY_ROOT / OWN_FILE
    content = {"currency": "USD", "read": prices.read, "prices": rows}
    try:
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be written: {error.strerror}") from None
    typer.echo(f"{len(rows) - len(missing)} prices of {region} written to {file}")
    if missing:
        typer.echo(f"AWS lists none of these in {region}; kept as they were: {', '.join(missing)}")


def print_line(assembly: Path) -> None:
    """One line under a synthesis: what its stacks cost while nobody works."""
    from mlops_commons.assembly.templates import read_templates
    from mlops_commons.costs.fixed import accounts

    prices = _prices(None)
    found = accounts(read_templates(assembly).stacks)
    usd = sum(account.fixed.usd(prices) for account in found)
    unknown = sum(sum(account.fixed.unknown.values()) for account in found)
    beside = f", without {unknown} resources of unknown price" if unknown else ""
    print_wrapped([f"fixed cost about ${usd:,.0f} a month{beside}; see {VERB}"])


def _prices(file: Path | None) -> "Prices":
    from mlops_commons.costs.prices import current_prices, load_prices

    return load_prices(file) if file else current_prices(REPOSITORY_ROOT)


def _report(usage: Path | None, prices_file: Path | None, *, quiet: bool) -> "Report":
    from mlops_commons.assembly.templates import read_templates
    from mlops_commons.config.loader import load_sources
    from mlops_commons.config.projects_of_sets import sets_with_projects
    from mlops_commons.costs.cases import SHIPPED, load_cases
    from mlops_commons.costs.report import report

    prices = _prices(prices_file)
    cases = load_cases(usage or SHIPPED, prices.rows)
    sets = len(sets_with_projects(load_sources().config))
    apps = [read_templates(folder) for folder in synthesised_stacks(quiet=quiet)]
    return report(apps, prices, cases, sets=sets)
