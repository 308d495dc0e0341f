"""`publish`: the snapshot of an app committed to the repositories of its account sets."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from mlops_commons.cli.asking import confirmed as asked
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.own_verb import own_verb
from mlops_commons.cli.tables import say
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, app_directory

if TYPE_CHECKING:
    from mlops_commons.cli.delivery.publishing import Publisher

Message = Annotated[
    str,
    typer.Option(
        "--message", "-m", help="What has changed and why, for the commit; not for --dry-run."
    ),
]
SetName = Annotated[str, typer.Option("--set", help="Only the repository of this account set.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference only.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Also over changes that were made in the repository.")
]
ReplaceNetworks = Annotated[
    bool,
    typer.Option(
        "--replace-networks", help="Also networks that deployed stages cannot take; see the hint."
    ),
]
Rollout = Annotated[
    bool,
    typer.Option(
        "--rollout", help="Wait for the pipelines of each wave, and stop where one fails."
    ),
]
Waves = Annotated[
    str,
    typer.Option(
        "--waves", help="How many sets each wave has; the last number repeats.", metavar="1,3,10"
    ),
]
First = Annotated[
    list[str] | None,
    typer.Option("--first", help="A set that goes first (may be repeated).", metavar="SET"),
]
Until = Annotated[
    str,
    typer.Option("--until", help="A set is done when this stage is delivered.", metavar="STAGE"),
]
Every = Annotated[int, typer.Option("--every", help="Seconds between two looks.", min=1)]


def publish_verb(app: str) -> typer.Typer:
    """The verb `publish` of an app, as a command line of its own."""
    verb = own_verb()

    @verb.command()
    def publish(
        message: Message = "",
        set_name: SetName = "",
        yes: Yes = False,
        dry_run: DryRun = False,
        overwrite: Overwrite = False,
        replace_networks: ReplaceNetworks = False,
        rollout: Rollout = False,
        waves: Waves = "1",
        first: First = None,
        until: Until = "",
        every: Every = 15,
    ) -> None:
        """Commit this checkout to the repository of every account set, or of one.

        The push starts the pipeline of the set; where the source of cdk-app.yml is s3, an archive
        is uploaded instead. Where cdk-app.yml has pipeline.reviews, it opens a
        pull request instead, and its merge does. Changes that somebody has pushed to the repository
        and that are not in this checkout are never dropped without --overwrite. A network that a
        published stage cannot take (another range, other zones) is refused.

        With --rollout one wave of sets follows the other: the next begins when the pipelines of
        the one before have delivered. The same command goes on where it has stopped.
        """
        if not message.strip() and not dry_run:
            raise typer.BadParameter("say what has changed and why", param_hint="--message")
        if dry_run and rollout:
            raise typer.BadParameter("it publishes nothing to wait for", param_hint="--rollout")
        if not rollout and (first or until or waves != "1"):
            raise typer.BadParameter("they order a rollout: add --rollout", param_hint="options")

        def confirmed(difference: str) -> bool:
            typer.echo(difference.rstrip())
            return not dry_run and (yes or asked("publish?", err=True))

        publisher = _publisher(app, message, confirmed, overwrite, replace_networks)
        chosen = _chosen(publisher, set_name)
        if rollout:
            from mlops_commons.cli.delivery.rollout import Plan, roll_out, sizes_of

            roll_out(
                publisher,
                Plan(sets=chosen, sizes=sizes_of(waves), first=tuple(first or ())),
                until=until,
                every=every,
            )
            return
        _check(publisher, chosen, refuse=not dry_run)
        _each(publisher, chosen, preview=dry_run)

    return verb


def _publisher(
    app: str,
    message: str,
    confirm: Callable[[str], bool],
    overwrite: bool,
    replace_networks: bool,
) -> "Publisher":
    # Imported here: the help of this verb must not wait for the configuration's libraries.
    from mlops_commons.cli.delivery.publishing import Publisher
    from mlops_commons.config.loader import load_sources
    from mlops_commons.utilities.own_files import undelivered_note
    from mlops_commons.utilities.snapshot import snapshot

    app_directory(app)
    sources = load_sources()
    if app == "infra" and (note := undelivered_note(REPOSITORY_ROOT)):
        say(note)
    return Publisher(
        app=app,
        message=message,
        sources=sources,
        shared=snapshot(REPOSITORY_ROOT, APP_DIRECTORIES[app]),
        confirm=confirm,
        overwrite=overwrite,
        replace_networks=replace_networks,
    )


def _each(publisher: "Publisher", chosen: list[str], *, preview: bool) -> None:
    """Publish to all sets, or show what would be published.

    Raises:
        typer.Exit: a difference cannot be shown; of the other sets it is.
    """
    if not preview:
        for name in chosen:
            publisher.publish(name)
    elif not all([publisher.preview(name) for name in chosen]):
        raise typer.Exit(ExitCode.WARNINGS)


def _check(publisher: "Publisher", chosen: list[str], *, refuse: bool) -> None:
    """End before it where something has to be done in an account first."""
    from mlops_commons.cli.accounts.obstacles import check_accounts

    check_accounts(publisher.sources.config, chosen, refuse=refuse)


def _chosen(publisher: "Publisher", wanted: str) -> list[str]:
    """The sets to publish to; of those without this app it is said why.

    Raises:
        PlatformError: there is no such set, or none that is chosen gets this app.
    """
    from mlops_commons.config.projects_of_sets import why_left_out

    config = publisher.sources.config
    every = config.enabled_deployments
    named = [d for d in every if wanted.lower() in ("", d.set_name.lower())]
    if not named:
        known = ", ".join(d.set_name for d in every)
        raise PlatformError(
            f"there is no enabled account set '{wanted}'; there are: {known}",
            hint="see what is configured with: ./mlops-multi-account.sh config validate",
        )
    reasons = {d.set_name: why_left_out(config, d, publisher.app) for d in named}
    left_out = [reason for reason in reasons.values() if reason]
    if len(left_out) == len(named):
        raise PlatformError(
            f"'{publisher.app}' is published to none: {'; '.join(left_out)}",
            hint="infra delivers all that such a set has: ./mlops-multi-account.sh infra publish",
        )
    for reason in left_out:
        say(f"note: left out: {reason}")
    return [name for name, reason in reasons.items() if not reason]
