"""A world left up for a person: how a shell reaches it, and the runs that the person starts."""

import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import in_terminal
from mlops_commons.utilities.words import counted
from mlops_rehearsal.player.report import StartedReport, play_report, started_reports
from mlops_rehearsal.player.started import (
    StartedRun,
    all_started_runs,
    play_run,
    readers_of,
)
from mlops_rehearsal.world.world import INHERITED, World

SECONDS: Final = 2.0
Readers = Mapping[tuple[str, str], Any]
OF_PROGRAMS_ALONE: Final = (*INHERITED, "HOME", "TMPDIR")
"""What a person's own shell has already, and keeps."""


def shell_lines(world: World) -> Iterator[str]:
    """What to enter in a shell so that aws, git, cdk and the wrapper work in this world."""
    environment = world.environment()
    for name in OF_PROGRAMS_ALONE:
        environment.pop(name, None)
    environment["AWS_PROFILE"] = world.config.pipeline.bootstrap.aws_profile
    for name, value in environment.items():
        yield f"export {name}={shlex.quote(value)}"
    programs = (Path(sys.executable).parent, REPOSITORY_ROOT / "node_modules" / ".bin")
    yield f'export PATH={":".join(shlex.quote(str(folder)) for folder in programs)}:"$PATH"'
    yield f"cd {shlex.quote(str(world.checkout))}"


def write_shell_file(world: World) -> Path:
    """A file that a shell reads to be in this world: `source FILE`; it goes with the world."""
    file = world.folder / "env.sh"
    file.write_text("".join(f"{line}\n" for line in shell_lines(world)), encoding="utf-8")
    return file


def play_until_enter(world: World, show: Callable[[str], None]) -> None:
    """Play what pushes, approvals, trainings and people start, until Enter or the input's end.

    Enter ends a run that is being played at once, as control-C does.

    Args:
        show: is given a line as a run begins and one as it ends; a failed run ends nothing else.
    """
    readers, builds = readers_of(world), readers_of(world, "codebuild")
    enter = Enter()
    try:
        while not enter.pressed.wait(SECONDS):
            for waiting in _waiting(readers, builds):
                with enter.ends_this():
                    _play(world, waiting, show)
                if enter.pressed.is_set():
                    break
        enter.take_interrupt()
    except KeyboardInterrupt:
        if not enter.pressed.is_set():
            raise


class Enter:
    """Waits for Enter in a thread, and interrupts what the main thread plays meanwhile.

    Attributes:
        pressed: set by Enter, and by the end of the input.
    """

    def __init__(self) -> None:
        self.pressed = threading.Event()
        self._lock = threading.Lock()
        self._playing = self._sent = False
        threading.Thread(target=self._wait, daemon=True).start()

    @contextmanager
    def ends_this(self) -> Iterator[None]:
        """While entered, Enter interrupts."""
        with self._lock:
            self._playing = True
        try:
            yield
        finally:
            with self._lock:
                self._playing = False

    def take_interrupt(self) -> None:
        """Wait for the interrupt that was sent just as what it was meant for has ended."""
        if self._sent:
            time.sleep(SECONDS)

    def _wait(self) -> None:
        sys.stdin.readline()
        with self._lock:
            self.pressed.set()
            if self._playing:
                self._sent = True
                _interrupt()


def _interrupt() -> None:
    """What control-C does in a terminal; elsewhere `rehearse` takes SIGTERM for an interrupt."""
    if in_terminal():
        os.killpg(os.getpgrp(), signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _waiting(readers: Readers, builds: Readers) -> Iterator[StartedRun | StartedReport]:
    yield from all_started_runs(readers)
    for (account, region), reader in builds.items():
        yield from started_reports(reader, account, region)


def _play(world: World, waiting: StartedRun | StartedReport, show: Callable[[str], None]) -> None:
    if isinstance(waiting, StartedRun):
        _play_run(world, waiting, show)
    else:
        show(f"{waiting.execution} has ended")
        played = play_report(world, waiting)
        show(f"✗ {played.message}" if played.message else f"✓ {waiting.build['projectName']}")


def _play_run(world: World, run: StartedRun, show: Callable[[str], None]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    show(f"{run.pipeline} in {run.account}: started by {run.started_by}")
    start = time.monotonic()
    try:
        commit, played = play_run(world, run)
    except (BotoCoreError, ClientError, PlatformError) as error:
        show(f"✗ {run.pipeline}: {error}")
        return
    seconds = time.monotonic() - start
    actions = counted(len(played), "action")
    show(f"✓ {run.pipeline}: commit {commit[:12]}, {actions} in {seconds:.0f} s")
