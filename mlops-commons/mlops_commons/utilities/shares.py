"""An app with many account sets, synthesised by two processes at a time into one assembly.

Python and node wait for each other all the time, so that one process keeps one processor busy.
Which process has made a set is seen nowhere in the assembly.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final, TypeVar

from mlops_commons.utilities.process import FORWARDED_SIGNALS

Item = TypeVar("Item")

MOST: Final = 2
"""Processes; each has the memory of a first set, some 450 MB."""
LEAST: Final = 15
"""Sets of a process: its start takes as long as four sets, and 20 sets are to need no more memory
than one process has."""
OUTDIR: Final = "CDK_OUTDIR"
"""Where the CDK CLI tells an app to write its assembly."""
MANIFEST: Final = "manifest.json"
OF_EACH: Final = frozenset({MANIFEST, "cdk.out"})
"""Files that every assembly has; the name of any other says whose it is, or has its hash."""
PLACES: Final = {"cdk:cloud-assembly": 0, "cdk:feature-flag-report": 2}
"""The CDK notes a stage when it is begun, a stack when it is synthesised, and its flags at last."""


@dataclass(frozen=True)
class Share:
    """The sets of one process: the `number`-th part of `count`, counted from 1."""

    number: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """What falls to this process; the order stays."""
        begin, end = (len(items) * part // self.count for part in (self.number - 1, self.number))
        return items[begin:end]


WHOLE: Final = Share()


@contextlib.contextmanager
def side_by_side(sets: int, arguments: Sequence[str]) -> Iterator[Share]:
    """Start the processes for the other shares of an app; its assembly is whole at the end.

    Nothing is started for a few sets, on a single processor, or where nobody has said where the
    assembly is to be. An app that fails ends the others.

    Args:
        sets: how many the app has.
        arguments: of the app: nothing, or the share for which it was started.

    Raises:
        SystemExit: another process has failed; what it said is on stderr.
    """
    if arguments:
        number, count = map(int, arguments[0].split("/"))
        yield Share(number, count)
        return
    outdir = os.environ.get(OUTDIR)
    count = min(MOST, os.cpu_count() or 1, sets // LEAST)
    if not outdir or count < MOST:
        yield WHOLE
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(_ended_in_order())
        others = [
            stack.enter_context(_other(Share(number, count), Path(outdir)))
            for number in range(2, count + 1)
        ]
        yield Share(1, count)
        for other in others:
            absorb(Path(outdir), other.finished())


def absorb(assembly: Path, share: Path) -> None:
    """Move what a later share of an app has made into the assembly of the shares before it."""
    manifests = [json.loads((folder / MANIFEST).read_bytes()) for folder in (assembly, share)]
    (assembly / MANIFEST).write_text(_text(_whole(*manifests)), encoding="utf-8")
    for entry in share.iterdir():
        target = assembly / entry.name
        if entry.name not in OF_EACH and not target.exists():
            entry.rename(target)
    shutil.rmtree(share)


def _whole(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    artifacts = {**before["artifacts"], **after["artifacts"]}
    in_order = sorted(artifacts.items(), key=lambda item: PLACES.get(item[1]["type"], 1))
    merged = {**before, "artifacts": dict(in_order)}
    if missing := [*before.get("missing", ()), *after.get("missing", ())]:
        merged["missing"] = missing
    return merged


def _text(manifest: Mapping[str, Any]) -> str:
    """As the CDK writes it."""
    return json.dumps(manifest, indent=2, ensure_ascii=False)


class _Other:
    """The process of another share."""

    def __init__(self, share: Share, outdir: Path, output: IO[bytes]) -> None:
        # Below the assembly, so that a move is no copy.
        self._folder = outdir / f"share-{share.number}"
        self._output = output
        self._process = subprocess.Popen(
            [sys.executable, sys.argv[0], str(share)],
            env={**os.environ, OUTDIR: str(self._folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def finished(self) -> Path:
        """Wait for it, hand on what it says, and return the folder of its assembly."""
        code = self._process.wait()
        self._output.seek(0)
        sys.stderr.flush()
        sys.stderr.buffer.writelines(self._output)
        sys.stderr.flush()
        if code:
            raise SystemExit(128 - code if code < 0 else code)
        return self._folder

    def end(self) -> None:
        """Leave no orphan."""
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def _other(share: Share, outdir: Path) -> Iterator[_Other]:
    with tempfile.TemporaryFile() as output:
        other = _Other(share, outdir, output)
        try:
            yield other
        finally:
            other.end()


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a signal that ends this process end the others, too: Python would tidy up nothing."""
    numbers = [number for number in FORWARDED_SIGNALS if number != signal.SIGINT]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
