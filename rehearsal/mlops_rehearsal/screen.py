"""What the person at the terminal sees and is asked, and the live page where it is wanted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlops_commons.cli.asking import confirmed
from mlops_commons.utilities.durations import Elapsed
from mlops_rehearsal.audience import Audience
from mlops_rehearsal.options import ApprovalMode
from mlops_rehearsal.times import Times
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.evidence import Played

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from mlops_rehearsal.watch.scene import Scene
    from mlops_rehearsal.world.world import World


class Screen(Audience):
    """A terminal with a line that changes; in a log, one line after the other.

    Args:
        approve: what happens at a manual approval.
        scene: what the live page shows; none where there is no page.
        times: of the last rehearsal; those of this one are kept there.
    """

    def __init__(
        self,
        console: "Console",
        status: "Status",
        approve: ApprovalMode,
        scene: "Scene | None",
        times: Times | None = None,
    ) -> None:
        self.console = console
        self.status = status
        self._approve = approve
        self._scene = scene
        self._times = times
        self._elapsed = Elapsed()
        self._kept = False

    def keep(self) -> None:
        """From now on a person works in the accounts: every line of progress stays to be read."""
        self.status.stop()
        self._kept = True

    def say(self, text: str) -> None:
        """Show a line of progress."""
        if self._scene:
            self._scene.say(text)
        if self.console.is_terminal and not self._kept:
            self._elapsed.text = text
            self.status.update(self._elapsed)
        else:
            self._line(f"  {text}")

    def approved(self, name: str) -> Approval:
        """Approve, or ask the person who does."""
        if self._approve is ApprovalMode.AUTO:
            return Approval.APPROVED
        self.status.stop()
        answer = confirmed(f"approve '{name}'?", err=True)
        self.status.start()
        return Approval.APPROVED if answer else Approval.REJECTED

    def enter(self, world: "World") -> None:
        """Name the world that is shown."""
        if self._scene:
            self._scene.enter(world)

    def begins(self, act: Act) -> None:
        if self._scene:
            self._scene.begins(act)
        expected = self._times.expected(act) if self._times else ""
        self._elapsed = Elapsed(expected=expected)
        in_a_log = f" ({expected})" if expected and not self.console.is_terminal else ""
        self.say(f"act {act.number}: {act.title}{in_a_log}")

    def ended(self, done: Played) -> None:
        if self._scene:
            self._scene.ended(done)
        if self._times:
            self._times.keep(done.number, done.seconds)
        counts = ", ".join(found.counted for found in done.evidence)
        text = f" act {done.number}  {done.title:<45} {done.seconds:6.1f} s  {counts}"
        self.console.print("[green]✓[/]", end="")
        self._line(text.rstrip())

    def failed(self, sentence: str) -> None:
        self._line(f"✗ {sentence}", style="red")
        if self._scene:
            self._scene.end(sentence, failed=True)

    def _line(self, text: str, style: str = "") -> None:
        """A line as it is: a log can be searched, and names may look like rich's markup."""
        self.console.print(text, style=style, markup=False, emoji=False, soft_wrap=True)

    def all_ended(self, sentence: str) -> None:
        """Say that every act was played."""
        if self._scene:
            self._scene.end(sentence)


@contextmanager
def screen(approve: ApprovalMode, acts: Sequence[Act], *, watched: bool) -> Iterator[Screen]:
    """The screen of one rehearsal; its page is gone with it.

    Args:
        watched: whether there is a live page, whose address is said first.
    """
    from contextlib import ExitStack

    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with ExitStack() as stack:
        scene = None
        if watched:
            from mlops_rehearsal.watch.scene import Scene
            from mlops_rehearsal.watch.server import LivePage

            scene = Scene(acts)
            page = stack.enter_context(LivePage(scene))
            console.print(f"watch it, on this machine alone: {page.url}", soft_wrap=True)
        status = stack.enter_context(console.status(""))
        yield Screen(console, status, approve, scene, Times(acts=acts))
