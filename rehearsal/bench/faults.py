"""Plant faults in configurations, templates and a rehearsal, and say whether each is caught.

Run it from the root of a checkout:
`.venv/bin/python rehearsal/bench/faults.py [--fast] [--only TEXT]`.
`--fast` plants those that show before the pipelines run, and none in templates, which tests of
their own do. The exit code is 1 when one is not caught; `--markdown FILE` writes the table.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from planted.accounts import approve_again
from planted.fault import Fault, FileFault
from planted.files import FILE_FAULTS
from planted.in_process import Wanted, in_configurations, in_templates
from planted.row import Row, table
from planted.table import FAULTS

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.table import ACTS
from mlops_rehearsal.timeline import Request, play, world_of
from mlops_rehearsal.world.checkout import filled_in, write_checkout
from mlops_rehearsal.world.world import World

FAST = ("bootstrap",)
"""Acts after which the fast half plants."""
ACTS_BY_NAME = {act.name: act for act in ACTS}


def main() -> int:
    """Play, print a row for each fault, and return 1 when one is not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="only what shows before the pipelines")
    parser.add_argument("--only", default="", help="a regular expression of the faults' names")
    parser.add_argument("--markdown", type=Path, help="write the table to a file")
    arguments = parser.parse_args()
    rows = list(_rows(re.compile(arguments.only).search, arguments.fast))
    missed = [row for row in rows if not row.caught]
    print(f"{len(rows) - len(missed)} of {len(rows)} caught")
    if arguments.markdown:
        arguments.markdown.write_text(table(rows), encoding="utf-8")
    return int(bool(missed))


def _rows(chosen: Wanted, fast: bool) -> Iterator[Row]:
    """The quick ones first."""
    for name, where, expected, said in in_configurations(chosen):
        yield _row(name, where, expected, said, 0.0)
    for name, where, expected, said in () if fast else in_templates(chosen):
        yield _row(name, where, expected, said, 0.0)
    for file in FILE_FAULTS:
        if chosen(file.name):
            yield _synthesised(file)
    wanted = [f for f in FAULTS if chosen(f.name) and (not fast or f.after in FAST)]
    if wanted:
        yield from _played(wanted)


def _played(faults: list[Fault]) -> Iterator[Row]:
    """Plant the faults in one world, each after its act; what has failed is made again then."""
    with world_of(Request()) as world:
        last = max(ACTS_BY_NAME[fault.after].number for fault in faults)
        for act in ACTS[:last]:
            play(world, act)
            for fault in faults:
                if fault.after == act.name:
                    yield _caught(world, fault)


def _synthesised(fault: FileFault) -> Row:
    """Synthesise a checkout of the sample with a fault in its files."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        write_checkout(checkout)
        for file, before, after in fault.changes:
            text = (checkout / file).read_text(encoding="utf-8")
            changed = text.replace(filled_in(before), filled_in(after))
            assert changed != text, f"{file} has no {before}"
            (checkout / file).write_text(changed, encoding="utf-8")
        command = ["/bin/bash", "mlops-multi-account.sh", "template", "synth"]
        # The shared environment holds the packages of this checkout; the copy's come first.
        packages = os.pathsep.join(str(path) for path in sorted(checkout.glob("mlops-*/")))
        done = subprocess.run(
            command,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": packages},
            capture_output=True,
            text=True,
            check=False,
        )
    said = done.stderr if done.returncode else ""
    return _row(fault.name, "synth", fault.says, said, time.monotonic() - start)


def _caught(world: World, fault: Fault) -> Row:
    """Play the act that must fail, with the fault in the world."""
    start = time.monotonic()
    try:
        said = _said(world, fault)
        if fault.act == "promotion":
            approve_again(world)
    except Exception:  # the others of the table are worth the minutes that the world has taken
        return _not_planted(fault, traceback.format_exc())
    return _row(fault.name, fault.act, fault.says, said, time.monotonic() - start)


def _said(world: World, fault: Fault) -> str:
    with fault.planted(world) as faulty:
        try:
            if fault.done:
                fault.done(faulty)
            else:
                play(faulty, ACTS_BY_NAME[fault.act])
        except PlatformError as error:
            return str(error)
    return ""


def _not_planted(fault: Fault, why: str) -> Row:
    print(f"not planted, or not removed again: {fault.name}\n{why}", flush=True)
    return Row(name=fault.name, where=fault.act, caught=False, said=why.splitlines()[-1][:240])


def _row(name: str, act: str, expected: str, said: str, seconds: float) -> Row:
    caught = bool(re.search(expected, said))
    lines = [line.strip() for line in said.splitlines() if re.search(expected, line)]
    shown = lines[0][:240] if lines else said[:1500] or "nothing was said"
    row = Row(name=name, where=act, caught=caught, said=shown)
    print(f"{row.word:<10} {name:<54} {act:<14} {seconds:6.1f} s", flush=True)
    print(f"           {shown}", flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
