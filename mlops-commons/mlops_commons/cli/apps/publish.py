"""`publish`: the snapshot of an app committed to the repositories of its account sets."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from mlops_commons.cli.apps.change_notes import print_notes
from mlops_commons.cli.own_verb import own_verb
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, app_directory

if TYPE_CHECKING:
    from mlops_commons.config.sources import Sources

Message = Annotated[
    str, typer.Option("--message", "-m", help="What has changed and why, for the commit.")
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


def publish_verb(app: str) -> typer.Typer:
    """The verb `publish` of an app, as a command line of its own."""
    verb = own_verb()

    @verb.command()
    def publish(
        message: Message,
        set_name: SetName = "",
        yes: Yes = False,
        dry_run: DryRun = False,
        overwrite: Overwrite = False,
        replace_networks: ReplaceNetworks = False,
    ) -> None:
        """Commit this checkout to the repository of every account set, or of one.

        The push starts the pipeline of the set; where the source of cdk-app.yml is s3, an archive
        is uploaded instead. Where cdk-app.yml has pipeline.reviews, it opens a
        pull request instead, and its merge does. Changes that somebody has pushed to the repository
        and that are not in this checkout are never dropped without --overwrite. A network that a
        published stage cannot take (another range, other zones) is refused.
        """

        def confirmed(difference: str) -> bool:
            typer.echo(difference.rstrip())
            return not dry_run and (yes or typer.confirm("publish?", err=True))

        _publish(
            app,
            message,
            set_name,
            confirmed,
            overwrite=overwrite,
            replace_networks=replace_networks,
            refuse=not dry_run,
        )

    return verb


def _publish(
    app: str,
    message: str,
    set_name: str,
    confirm: Callable[[str], bool],
    *,
    overwrite: bool,
    replace_networks: bool,
    refuse: bool,
) -> None:
    """Publish to one repository after the other; the first failure ends it.

    Args:
        refuse: end before it where something has to be done in an account first.
    """
    # Imported here: the help of this verb must not wait for the configuration's libraries.
    from mlops_commons.cli.accounts.obstacles import check_accounts
    from mlops_commons.cli.apps.destinations import PUBLISHED, Wanted, published
    from mlops_commons.config.loader import load_sources
    from mlops_commons.config.set_snapshot import set_snapshot
    from mlops_commons.utilities.own_files import undelivered_note
    from mlops_commons.utilities.snapshot import snapshot

    app_directory(app)
    sources = load_sources()
    config = sources.config
    if app == "infra" and (note := undelivered_note(REPOSITORY_ROOT)):
        typer.echo(note, err=True)
    chosen = _chosen([d.set_name for d in config.enabled_deployments], set_name)
    check_accounts(config, chosen, refuse=refuse)
    shared = snapshot(REPOSITORY_ROOT, APP_DIRECTORIES[app])
    for name in chosen:
        content = set_snapshot(config, shared, name)
        review = partial(
            _review, sources=sources, app=app, set_name=name, replace_networks=replace_networks
        )
        what = Wanted(config, app, name, content, message, confirm, review, overwrite)
        said = published(what)
        if said.startswith(PUBLISHED):
            _keep(app, name, {file: content.read(file) for file in content.files})
        typer.echo(said or "nothing published")


def _review(
    clone: Path, *, sources: "Sources", app: str, set_name: str, replace_networks: bool
) -> None:
    """Say what a delivery does not do, and refuse what the stages in a repository cannot take.

    Raises:
        ConfigError: every such change.
    """
    from mlops_commons.config.published import (
        FILES,
        HINT,
        change_notes,
        network_problems,
        published_config,
    )
    from mlops_commons.costs.networks import difference
    from mlops_commons.costs.prices import current_prices

    found = {file: (clone / file).read_bytes() for file in FILES if (clone / file).is_file()}
    _keep(app, set_name, found)
    if app != "infra":
        return
    print_notes(change_notes(sources, set_name))
    if line := difference(
        sources.config, published_config(set_name), set_name, current_prices(REPOSITORY_ROOT)
    ):
        typer.echo(f"note: {line}", err=True)
    problems = network_problems(sources, set_name)
    if problems and not replace_networks:
        raise ConfigError(problems, hint=HINT)


def _keep(app: str, set_name: str, contents: Mapping[PurePosixPath, bytes]) -> None:
    """Keep the configuration of a repository for the verbs that work without AWS."""
    from mlops_commons.config.published import FILES, keep

    if app == "infra":
        keep(set_name, {file: contents[file].decode() for file in FILES if file in contents})


def _chosen(set_names: list[str], wanted: str) -> list[str]:
    if not wanted:
        return set_names
    found = [name for name in set_names if name.lower() == wanted.lower()]
    if not found:
        raise PlatformError(
            f"there is no enabled account set '{wanted}'; there are: {', '.join(set_names)}",
            hint="see what is configured with: ./mlops-multi-account.sh config validate",
        )
    return found
