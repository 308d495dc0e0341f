"""Whether deployed stages can take a configuration; said before anything is delivered."""

from typing import TYPE_CHECKING

from mlops_commons.cli import monorepo
from mlops_commons.cli.apps.change_notes import print_notes
from mlops_commons.cli.tables import say
from mlops_commons.utilities.paths import OWN_CONFIG

if TYPE_CHECKING:
    from mlops_commons.config.sources import Sources


def check_deliverable(sources: "Sources", *, with_notes: bool = False) -> None:
    """Compare with what is published, as far as it is known here.

    Args:
        with_notes: say on stderr what must be done besides a delivery.

    Raises:
        ConfigError: a published stage cannot take it, or nothing here delivers an account set.
    """
    from mlops_commons.config.published import HINT, change_notes, check_published
    from mlops_commons.config.pushed import UNDO, check_one_set, keep_pushed

    # Another environment, of `--config`, is none that this repository delivers.
    one_app = monorepo.is_one_app() and not OWN_CONFIG
    if one_app:
        if reason := keep_pushed(sources):
            say(f"note: not compared with what is delivered: {reason}")
        check_one_set(sources)
    if with_notes:
        print_notes(change_notes(sources))
    check_published(sources, hint=UNDO if one_app else HINT)
