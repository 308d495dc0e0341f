"""Plant faults in a rehearsal, one after the other, and say whether each is caught.

Run it with the environment active: `python bench/faults.py [--fast]`. `--fast` plants those that
show before the pipelines run. The exit code is 1 when one is not caught.
"""

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

from planted_faults import CONFIGURATION_FAULTS, FAULTS, ConfigurationFault, Fault

from mlops_commons.config import load_config
from mlops_commons.rehearsal.acts import ACTS
from mlops_commons.rehearsal.timeline import Request, play, world_of
from mlops_commons.rehearsal.world import World
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

FAST = ("bootstrap",)
"""Acts after which the fast half plants."""
ACTS_BY_NAME = {act.name: act for act in ACTS}


def main() -> int:
    """Play, print a row for each fault, and return 1 when one is not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="only what shows before the pipelines")
    faults = [f for f in FAULTS if not parser.parse_args().fast or f.after in FAST]
    rows = [_configured(fault) for fault in CONFIGURATION_FAULTS]
    with world_of(Request()) as world:
        last = max(ACTS_BY_NAME[fault.after].number for fault in faults)
        for act in ACTS[:last]:
            play(world, act)
            rows += [_caught(world, fault) for fault in faults if fault.after == act.name]
    missed = [name for name, caught in rows if not caught]
    print(f"{len(rows) - len(missed)} of {len(rows)} caught")
    return int(bool(missed))


def _configured(fault: ConfigurationFault) -> tuple[str, bool]:
    """Load the sample with a fault in it."""
    text = CDK_APP_CONFIG.read_text(encoding="utf-8")
    infra = CDK_INFRA_APP_CONFIG.read_text(encoding="utf-8")
    for before, after in fault.changes:
        text, infra = text.replace(before, after), infra.replace(before, after)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "cdk-app.yml", Path(folder) / "cdk-infra-app.yml"
        for file, content in zip(files, (text, infra), strict=True):
            file.write_text(content, encoding="utf-8")
        start = time.monotonic()
        said = ""
        try:
            load_config(*files)
        except PlatformError as error:
            said = str(error)
    return _row(fault.name, "configuration", fault.says, said, time.monotonic() - start)


def _caught(world: World, fault: Fault) -> tuple[str, bool]:
    """Play the act that must fail, with the fault in the world."""
    start = time.monotonic()
    said = ""
    with fault.planted(world) as faulty:
        try:
            play(faulty, ACTS_BY_NAME[fault.act])
        except PlatformError as error:
            said = str(error)
    return _row(fault.name, fault.act, fault.says, said, time.monotonic() - start)


def _row(name: str, act: str, expected: str, said: str, seconds: float) -> tuple[str, bool]:
    caught = bool(re.search(expected, said))
    lines = [line.strip() for line in said.splitlines() if re.search(expected, line)]
    shown = lines[0][:240] if lines else said[:1500] or "nothing was said"
    word = "caught" if caught else "NOT CAUGHT"
    print(f"{word:<10} {name:<46} {act:<14} {seconds:6.1f} s", flush=True)
    print(f"           {shown}", flush=True)
    return name, caught


if __name__ == "__main__":
    sys.exit(main())
