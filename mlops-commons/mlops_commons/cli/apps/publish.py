"""`publish`: the snapshot of an app committed to the repositories of its account sets."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.own_verb import own_verb
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, app_directory

Message = Annotated[
    str, typer.Option("--message", "-m", help="What has changed and why, for the commit.")
]
SetName = Annotated[str, typer.Option("--set", help="Only the repository of this account set.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference only.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Also over changes that were made in the repository.")
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
    ) -> None:
        """Commit this checkout to the CodeCommit repository of every account set, or of one.

        The push starts the pipeline of the set. Changes that somebody has pushed to the repository
        and that are not in this checkout are never dropped without --overwrite.
        """

        def confirmed(difference: str) -> bool:
            typer.echo(difference.rstrip())
            return not dry_run and (yes or typer.confirm("publish?", err=True))

        _publish(app, message, set_name, confirmed, overwrite=overwrite)

    return verb


def _publish(
    app: str, message: str, set_name: str, confirm: Callable[[str], bool], *, overwrite: bool
) -> None:
    """Publish to one repository after the other; the first failure ends it."""
    # Imported here: the help of this verb must not wait for the configuration's libraries.
    from mlops_commons.config import load_config
    from mlops_commons.config.set_snapshot import set_snapshot
    from mlops_commons.utilities import names
    from mlops_commons.utilities.publication import Publication, codecommit_remote, publish
    from mlops_commons.utilities.snapshot import snapshot

    app_directory(app)
    config = load_config()
    shared = snapshot(REPOSITORY_ROOT, APP_DIRECTORIES[app])
    governance, source = config.pipeline, config.pipeline.code_commit.of(app)
    for name in _chosen([d.set_name for d in config.enabled_deployments], set_name):
        repository = names.repository(source.repo_name, name)
        typer.secho(f"== {repository} ({source.branch_name})", err=True, bold=sys.stderr.isatty())
        commit = publish(
            Publication(
                content=set_snapshot(config, shared, name),
                remote=codecommit_remote(
                    governance.region, governance.bootstrap.aws_profile, repository
                ),
                branch=source.branch_name,
                message=message,
            ),
            environment=child_environment(),
            confirm=confirm,
            overwrite=overwrite,
        )
        typer.echo(f"published {commit[:12]}" if commit else "nothing published")


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
