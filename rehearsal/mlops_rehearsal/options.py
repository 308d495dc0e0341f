"""The options of `rehearse`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli import offered
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.world.endpoint_kind import EndpointKind

REPORT: Final = REPOSITORY_ROOT / "build" / "rehearsal-report.html"


class ApprovalMode(StrEnum):
    """What happens at a manual approval."""

    AUTO = "auto"
    ASK = "ask"


def _acts() -> list[str]:
    from mlops_rehearsal.acts.table import ACTS

    return [act.name for act in ACTS]


Until = Annotated[
    str,
    typer.Option(
        "--until",
        help="The last act, by name or number.",
        autocompletion=offered.offer(_acts),
    ),
]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the accounts up afterwards.")]
Watch = Annotated[
    bool, typer.Option("--watch", help="Show it live on a page of this machine alone.")
]
SetName = Annotated[
    str, typer.Option("--set", help="Only this account set.", autocompletion=offered.sets)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the evidence as JSON.")]
Product = Annotated[str, typer.Option("--product", help="A part of the product's name in Studio.")]
AllProducts = Annotated[bool, typer.Option("--all-products", help="A project of every product.")]
Table = Annotated[
    Path | None,
    typer.Option(
        "--table",
        help="A file that projects of tables adopt before they train; with --label.",
        exists=True,
        dir_okay=False,
        resolve_path=True,
    ),
]
Label = Annotated[str, typer.Option("--label", help="The column of --table to predict.")]
AdoptOptions = Annotated[
    list[str] | None,
    typer.Option("--adopt", help="What adopt is told besides, such as '--decimal ,'."),
]
Kind = Annotated[
    EndpointKind,
    typer.Option(
        "--kind",
        help="Of the projects' endpoints; serverless needs projects.serverless_endpoints: true.",
    ),
]
ReportFile = Annotated[
    Path,
    typer.Option(
        "--report",
        help="Where the HTML report goes.",
        dir_okay=False,
        resolve_path=True,
        show_default=str(REPORT.relative_to(REPOSITORY_ROOT)),
    ),
]
EvidenceFile = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        help="Write an archive of report, data, templates, policies and their hashes.",
        dir_okay=False,
        resolve_path=True,
    ),
]
Approve = Annotated[ApprovalMode, typer.Option("--approve", help="At a manual approval.")]
Scps = Annotated[
    list[Path] | None,
    typer.Option(
        "--scp",
        help="A service control policy that holds in every account.",
        exists=True,
        dir_okay=False,
        resolve_path=True,
    ),
]
FreshAccount = Annotated[
    bool, typer.Option("--fresh-account", help="Hold every account to AWS's default quotas.")
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Another cdk-app.yml; a cdk-infra-app.yml beside it counts too.",
        autocompletion=offered.examples,
        exists=True,
        dir_okay=False,
    ),
]
