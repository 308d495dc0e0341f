"""The snapshot of an app, brought to the source of one account set's pipeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import typer

from mlops_commons.cli.apps.change_notes import print_notes
from mlops_commons.cli.tables import say
from mlops_commons.utilities.errors import ConfigError, UnreadableError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.words import counted

if TYPE_CHECKING:
    from mlops_commons.cli.delivery.destinations import Arrival
    from mlops_commons.config.sources import Sources
    from mlops_commons.utilities.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """What is published, to whichever set.

    Attributes:
        shared: the snapshot of the app, the same for all sets.
        confirm: is shown a difference and decides.
        overwrite: also over changes that were made in a repository.
        replace_networks: also networks that deployed stages cannot take.
    """

    app: str
    message: str
    sources: "Sources"
    shared: "Snapshot"
    confirm: Callable[[str], bool]
    overwrite: bool
    replace_networks: bool

    def publish(self, set_name: str) -> "Arrival | None":
        """Bring it to the source of a set's pipeline, or propose it; None where one has said no.

        Raises:
            PlatformError: the source or the configuration does not allow it.
        """
        from mlops_commons.cli.delivery.destinations import NOTHING, Wanted, published
        from mlops_commons.config.set_snapshot import set_snapshot

        config = self.sources.config
        content = set_snapshot(config, self.shared, set_name)
        review = partial(self._review, set_name)
        found = published(
            Wanted(
                config,
                self.app,
                set_name,
                content,
                self.message,
                self.confirm,
                review,
                self.overwrite,
            )
        )
        if found and found.changed and not found.proposed:
            self._keep(set_name, {file: content.read(file) for file in content.files})
        typer.echo(found.said if found else NOTHING)
        return found

    def preview(self, set_name: str) -> bool:
        """Show the difference; false where the source cannot be read, which is said.

        Raises:
            PlatformError: what is there, or the configuration, does not allow it.
        """
        try:
            self.publish(set_name)
        except UnreadableError as error:
            count = counted(len(self.shared.files), "file")
            say(f"note: the difference cannot be shown: {error}")
            typer.echo(f"{set_name}: {count} would be published")
            return False
        return True

    def _review(self, set_name: str, clone: Path) -> None:
        """Say what a delivery does not do, and refuse what the stages there cannot take.

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
        self._keep(set_name, found)
        if self.app != "infra":
            return
        sources = self.sources
        print_notes(change_notes(sources, set_name))
        if line := difference(
            sources.config, published_config(set_name), set_name, current_prices(REPOSITORY_ROOT)
        ):
            say(f"note: {line}")
        problems = network_problems(sources, set_name)
        if problems and not self.replace_networks:
            raise ConfigError(problems, hint=HINT)

    def _keep(self, set_name: str, contents: Mapping[PurePosixPath, bytes]) -> None:
        """Keep the configuration of a repository for the verbs that work without AWS."""
        from mlops_commons.config.published import FILES, keep

        if self.app == "infra":
            keep(set_name, {file: contents[file].decode() for file in FILES if file in contents})
