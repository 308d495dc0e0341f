"""What the live page shows: read from the rehearsal by another thread, never written by it."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mlops_rehearsal.report.data import ActState
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.evidence import Played
from mlops_rehearsal.world.places import Place, places
from mlops_rehearsal.world.recorded import ActionStatus, RecordedAction
from mlops_rehearsal.world.terminal_text import readable
from mlops_rehearsal.world.world import World

LINES: Final = 12
PLAYING: Final = "playing"
LONGEST: Final = 300


class Scene:
    """The state of a rehearsal, as whoever plays it tells it.

    The thread that plays appends and replaces whole values; one that reads copies them, so neither
    waits for the other.
    """

    def __init__(self, acts: Sequence[Act]) -> None:
        self._acts = tuple(acts)
        self._played: dict[int, Played] = {}
        self._playing = 0
        self._lines: deque[str] = deque(maxlen=LINES)
        self._world: World | None = None
        self._start = self._act_start = time.monotonic()
        self._ended = ""
        self._failed = False

    def enter(self, world: World) -> None:
        """Name the world whose accounts and pipelines are shown."""
        self._world = world

    def say(self, text: str) -> None:
        """Show a line of progress."""
        self._lines.append(readable(text)[:LONGEST])

    def begins(self, act: Act) -> None:
        """Show an act as the one that is played."""
        self._playing, self._act_start = act.number, time.monotonic()

    def ended(self, done: Played) -> None:
        """Show an act as played."""
        self._played[done.number], self._playing = done, 0

    def end(self, sentence: str, *, failed: bool = False) -> None:
        """Show how all of it has ended; what a person starts afterwards is shown still."""
        self._failed, self._ended = failed, readable(sentence)

    def snapshot(self) -> dict[str, Any]:
        """Everything that is shown, as JSON has it; equal while nothing happens."""
        world = self._world
        actions = list(world.actions) if world else []
        found = places(world.config) if world else ()
        return {
            "acts": [self._act(act) for act in self._acts],
            "lines": list(self._lines),
            "accounts": [_account(place, found, actions) for place in found],
            "runs": list(_runs(actions)),
            "ended": self._ended,
            "failed": self._failed,
        }

    def times(self) -> dict[str, float]:
        """Seconds since the beginning, and since the beginning of the act."""
        now = time.monotonic()
        return {"total": now - self._start, "act": now - self._act_start}

    def _act(self, act: Act) -> dict[str, Any]:
        done = self._played.get(act.number)
        shown = ", ".join(found.counted for found in done.evidence) if done else ""
        seconds = round(done.seconds, 1) if done else 0
        row = {"number": act.number, "title": act.title, "shows": shown, "seconds": seconds}
        return {**row, "state": self._state(act, done)}

    def _state(self, act: Act, done: Played | None) -> str:
        if done:
            return ActState.PLAYED
        if act.number == self._playing:
            return ActState.FAILED if self._failed else PLAYING
        return ActState.NOT_REACHED


def _account(
    place: Place, all_places: Sequence[Place], actions: Sequence[RecordedAction]
) -> dict[str, Any]:
    here = [action for action in actions if _where(action, all_places) == place]
    last = here[-1] if here else None
    return {
        "account": place.account,
        "region": place.region,
        "role": place.role,
        "actions": len(here),
        "failed": last is not None and last.status is ActionStatus.FAILED,
        "last": f"{last.stage} / {last.action}: {last.status}" if last else "",
    }


def _where(action: RecordedAction, found: Sequence[Place]) -> Place | None:
    """The stage that an action delivers to; else the account of its pipeline."""
    for place in found:
        name, _, stage = place.role.partition("/")
        mine = place.account == action.account or name in action.pipeline
        if stage and stage == action.stage.lower() and mine:
            return place
    of_stage = [place for place in found if place.role.endswith(f"/{action.stage.lower()}")]
    own = [place for place in found if place.account == action.account]
    return next(iter((*of_stage, *own)), None)


def _runs(actions: Sequence[RecordedAction]) -> Iterator[dict[str, Any]]:
    """Every run of a pipeline with its actions, in the order in which they began."""
    runs: dict[tuple[str, int, int], list[RecordedAction]] = {}
    begun: dict[str, int] = {}
    for action in actions:
        # A run begins with its source; a pipeline may be started any number of times.
        begun[action.pipeline] = begun.get(action.pipeline, 0) + (action.provider == "CodeCommit")
        runs.setdefault((action.pipeline, begun[action.pipeline], action.run), []).append(action)
    for (pipeline, number, _), found in runs.items():
        yield {
            "pipeline": pipeline,
            "number": number,
            "actions": [
                {
                    "name": f"{action.stage} / {action.action}",
                    "status": action.status.value,
                    "seconds": round(action.seconds, 1),
                    "result": readable(action.result.partition("\n")[0])[:LONGEST],
                }
                for action in found
            ],
        }
