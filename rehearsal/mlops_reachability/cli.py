"""`access`: who can become whom, computed over everything that a configuration deploys."""

from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli import offered
from mlops_commons.cli.help import epilog

EPILOG: Final = epilog(
    """
Synthesises both apps and the deploy app of every product, adds the bootstrap, and asks IAM's rules
of each start what the worst code can do with it. No AWS account, no credentials.
""",
    {
        "access": "this checkout's configuration",
        "access --config examples/two-sets/cdk-app.yml": "another configuration",
        "access --product byoc": "the projects of one product",
        "access --start 'persona ds'": "one start, with its paths",
        "access --json": "every start, class of targets and path as JSON",
    },
)

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Another cdk-app.yml; a cdk-infra-app.yml beside it counts too.",
        exists=True,
        dir_okay=False,
        resolve_path=True,
    ),
]
Product = Annotated[
    str,
    typer.Option("--product", help="The folder of one product.", autocompletion=offered.products),
]
Start = Annotated[str, typer.Option("--start", help="One start, by its words.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the table as JSON.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("access", epilog=EPILOG)(access)


def access(
    config: Config = None, product: Product = "", start: Start = "", as_json: AsJson = False
) -> None:
    """Compute who can become whom: people, pushers, roles."""
    import json
    import tempfile

    from mlops_commons.cli.tables import print_wrapped
    from mlops_commons.utilities.durations import working
    from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
    from mlops_reachability.starts import check_start
    from mlops_reachability.synthesis import synthesise
    from mlops_reachability.table import table

    if start:
        check_start(start)
    cdk_app = config or CDK_APP_CONFIG
    beside = cdk_app.with_name(CDK_INFRA_APP_CONFIG.name)
    infra = beside if beside.is_file() else CDK_INFRA_APP_CONFIG
    products = (product,) if product else ()
    working_on = working("synthesising both apps and what projects deploy")
    with tempfile.TemporaryDirectory() as folder, working_on:
        reach = table(synthesise(cdk_app, infra, Path(folder), products), products)
    rows = [row for row in reach.rows if not start or row.start == start]
    if not rows:
        from mlops_commons.utilities.errors import PlatformError

        raise PlatformError(
            f"there is no start '{start}'; there are: {', '.join(reach.starts)}",
            hint="leave --start out to see all",
        )
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], indent=2))
        return
    for row in rows:
        if row.products:
            path = "; ".join(row.path) or "what it is"
            print_wrapped([f"{row.start} -> {row.target.value}: {path}"])
