"""`rehearse`: the platform bootstrapped, deployed and used on this machine, without AWS."""

import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from mlops_commons.cli.help import epilog
from mlops_commons.utilities.words import counted
from mlops_rehearsal.options import (
    REPORT,
    AdoptOptions,
    AllProducts,
    ApprovalMode,
    Approve,
    AsJson,
    Config,
    EvidenceFile,
    FreshAccount,
    Keep,
    Kind,
    Label,
    Product,
    ReportFile,
    Scps,
    SetName,
    Table,
    Until,
    Watch,
)
from mlops_rehearsal.world.endpoint_kind import EndpointKind

if TYPE_CHECKING:
    from mlops_rehearsal.performance import Performance
    from mlops_rehearsal.report.reach import ReachRows
    from mlops_rehearsal.timeline import Request
    from mlops_rehearsal.world.act import Act
    from mlops_rehearsal.world.adoption import Adoption
    from mlops_rehearsal.world.world import World

EPILOG: Final = epilog(
    """
Needs no AWS account, no credentials and no Docker. The first run installs the emulator.
""",
    {
        "rehearse": "all acts, with the shipped sample",
        "rehearse --until bootstrap": "stop after an act, by name or number",
        "rehearse --set business-unit-1": "one account set",
        "rehearse --config examples/two-sets/cdk-app.yml": "another configuration",
        "rehearse --product batch": "another product; --all-products for each",
        "rehearse --table prices.csv --label price": "with a table of your own",
        "rehearse --table a.csv --label b --adopt '--decimal ,'": "and what it does not say",
        "rehearse --approve ask": "asks where a pipeline waits for a person",
        "rehearse --keep": "leaves everything running until Enter or control-C",
        "rehearse --watch": "a page that shows it as it happens",
        "rehearse --report today.html": "another file than build/rehearsal-report.html",
        "rehearse --evidence evidence.tar": "what an auditor gets, with hashes",
        "rehearse --scp deny-regions.json": "a service control policy in every account",
        "rehearse --fresh-account": "with the default quotas of AWS",
        "rehearse --json": "evidence of every act, accounts and access as JSON",
    },
)


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("rehearse", epilog=EPILOG)(rehearse)


def rehearse(
    until: Until = "",
    keep: Keep = False,
    set_name: SetName = "",
    approve: Approve = ApprovalMode.AUTO,
    config: Config = None,
    product: Product = "",
    all_products: AllProducts = False,
    table: Table = None,
    label: Label = "",
    adopt: AdoptOptions = None,
    kind: Kind = EndpointKind.REALTIME,
    report: ReportFile = REPORT,
    evidence: EvidenceFile = None,
    scp: Scps = None,
    fresh_account: FreshAccount = False,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Play the platform and a model's life on this machine.

    AWS is emulated. Four accounts are bootstrapped and deployed to by the platform's own
    pipelines; then a lead launches a project, which trains a model, and its approval takes it to
    prod; a push of a changed template upgrades the portfolio.
    """
    from mlops_commons.utilities.paths import CDK_APP_CONFIG
    from mlops_rehearsal.acts.table import acts_until
    from mlops_rehearsal.emulator.policy_files import checked_policies
    from mlops_rehearsal.performance import Papers, perform
    from mlops_rehearsal.report.collected import Origin
    from mlops_rehearsal.report.provenance import provenance
    from mlops_rehearsal.screen import screen
    from mlops_rehearsal.timeline import PRODUCT, Request, world_of

    acts = acts_until(until)
    papers = Papers(report=report, evidence=evidence)
    papers.check()
    scps = checked_policies(scp or ())
    with _interruptible(), screen(approve, acts, watched=watch) as shown:
        request = Request(
            cdk_app=config or CDK_APP_CONFIG,
            infra=_infra(config),
            set_name=set_name,
            approve=shown.approved,
            say=shown.say,
            product=product or PRODUCT,
            all_products=all_products,
            adopts=_adoption(table, label, adopt or ()),
            kind=kind,
            scps=scps,
            fresh_account=fresh_account,
        )
        made_of = provenance(request.cdk_app, request.infra, _settings(request, acts))
        with world_of(request) as world:
            shown.enter(world)
            reach = _reach(request, world, compute=evidence is not None)
            origin = Origin(made=datetime.now(UTC), provenance=made_of, reach=reach)
            try:
                performance = perform(world, acts, origin=origin, papers=papers, audience=shown)
                shown.all_ended(_played(performance))
                if keep:
                    shown.keep()
                    _keep(world)
            except Exception:
                shown.console.print(f"report: {report}", soft_wrap=True)
                raise
            finally:
                shown.say("what the rehearsal has left on this machine is removed")
    _report(performance, as_json=as_json)
    typer.echo(f"report: {report}", err=as_json)
    if evidence:
        typer.echo(f"evidence: {evidence}\nSHA-256: {papers.digest()}", err=as_json)


def _reach(request: "Request", world: "World", *, compute: bool) -> "ReachRows | None":
    """The reviewed table of this configuration; of another one only where it is asked for."""
    from mlops_commons.utilities.errors import PlatformError
    from mlops_rehearsal.report.reach import computed, reviewed

    found = reviewed(request.cdk_app, request.infra)
    if found or not compute:
        return found
    world.say("who can become whom is computed")
    try:
        return computed(request.cdk_app, request.infra, world.folder / "reach")
    except PlatformError as error:
        # Of a configuration without projects there is nothing to compute; the report says so.
        world.say(f"it cannot be computed: {error.message.splitlines()[0]}")
        return None


def _settings(request: "Request", acts: "Sequence[Act]") -> dict[str, str]:
    """What was asked for, in words for the report; no path of this machine."""
    return {
        "acts": f"{acts[0].number} to {acts[-1].number} ({acts[-1].name})",
        "account set": request.set_name or "every enabled one",
        "product": "every one" if request.all_products else request.product,
        "table": request.adopts.file.name if request.adopts else "that of the product",
        "endpoints": request.kind.value,
        "service control policies": ", ".join(file.name for file in request.scps) or "none",
        "default quotas": "held" if request.fresh_account else "not held",
    }


def _adoption(table: Path | None, label: str, options: Sequence[str]) -> "Adoption | None":
    """Both options, or none, and what goes with them.

    Raises:
        BadParameter: one of them alone.
    """
    from mlops_rehearsal.world.adoption import Adoption

    if (table is None) != (not label) or (options and not table):
        raise typer.BadParameter("--table and --label belong together: a file, and its column")
    try:
        words = tuple(word for text in options for word in shlex.split(text))
    except ValueError as error:
        raise typer.BadParameter(f"--adopt {' '.join(options)}: {error}") from None
    return Adoption(table, label, words) if table else None


def _infra(config: Path | None) -> Path:
    """The networks and Studio of a configuration: of the same folder, else this checkout's."""
    from mlops_commons.utilities.paths import CDK_INFRA_APP_CONFIG

    beside = config.with_name(CDK_INFRA_APP_CONFIG.name) if config else CDK_INFRA_APP_CONFIG
    return beside if beside.is_file() else CDK_INFRA_APP_CONFIG


def _report(performance: "Performance", *, as_json: bool) -> None:
    if as_json:
        from mlops_rehearsal.report import as_json as data

        typer.echo(data.text(data.as_json(performance.report)), nl=False)
        return
    typer.echo(f"{_played(performance)}; nothing of them is left running")


def _played(performance: "Performance") -> str:
    seconds = sum(done.seconds for done in performance.played)
    return f"{counted(len(performance.played), 'act')} played in {seconds:.0f} s"


def _keep(world: "World") -> None:
    """Say how to reach the accounts, and play what is started there until Enter or an interrupt."""
    from mlops_rehearsal.kept import play_until_enter, write_shell_file

    typer.echo("the accounts stay up; in another shell:\n")
    typer.echo(f"  source {shlex.quote(str(write_shell_file(world)))}")
    typer.echo(
        "\nThere aws, git, cdk and mlops-multi-account.sh work in them. A git push starts its"
    )
    typer.echo("pipeline, which is played here. Enter ends them.")
    play_until_enter(world, typer.echo)


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal or a termination leaves nothing behind, as control-C does."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
