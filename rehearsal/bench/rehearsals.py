"""Rehearse every example, one after the other, and say what each has taken.

Run it from the root of a checkout:
`.venv/bin/python rehearsal/bench/rehearsals.py [--only TEXT]`;
further options go to `rehearse`. The reports go to `build/rehearsals`. The exit code is 1 when one
has failed.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from mlops_commons.utilities.paths import CDK_APP_CONFIG, EXAMPLES, REPOSITORY_ROOT

REPORTS = REPOSITORY_ROOT / "build" / "rehearsals"
LAST_LINES = 12


def main() -> int:
    """Play, print a row for each example, and return 1 when one has failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a regular expression of the examples' names")
    arguments, options = parser.parse_known_args()
    found = sorted(file.parent for file in EXAMPLES.glob(f"*/{CDK_APP_CONFIG.name}"))
    wanted = [folder for folder in found if re.search(arguments.only, folder.name)]
    REPORTS.mkdir(parents=True, exist_ok=True)
    return int(not all([_played(folder, options) for folder in wanted]))


def _played(example: Path, options: list[str]) -> bool:
    start = time.monotonic()
    command = ["/bin/bash", str(REPOSITORY_ROOT / "mlops-multi-account.sh"), "rehearse", "--json"]
    config = ["--config", str(example / CDK_APP_CONFIG.name)]
    report = ["--report", str(REPORTS / f"{example.name}.html")]
    done = subprocess.run(
        [*command, *config, *report, *options], capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - start
    acts = json.loads(done.stdout)["acts"] if done.returncode == 0 else []
    word = f"{len(acts)} acts" if acts else "FAILED"
    print(f"{word:<8} {example.name:<20} {seconds:7.1f} s  {_longest(acts)}", flush=True)
    if not acts:
        print("\n".join(done.stderr.splitlines()[-LAST_LINES:]), flush=True)
    return bool(acts)


def _longest(acts: list[dict[str, object]]) -> str:
    """The acts that have taken most of the time."""
    slow = sorted(acts, key=lambda act: float(str(act["seconds"])), reverse=True)[:3]
    return ", ".join(f"{act['name']} {float(str(act['seconds'])):.0f} s" for act in slow)


if __name__ == "__main__":
    sys.exit(main())
