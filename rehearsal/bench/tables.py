"""How long a data scientist waits from a table to its first metric, and what memory that takes.

    .venv/bin/python rehearsal/bench/tables.py [--rows 100000 1000000]

A table of ten columns is made, adopted and trained as `run_locally` does: each job is a process.
What a job takes at its peak is what its machine in AWS must have (`machines.processing` and
`training` of project.yml, ml.m5.xlarge with 16 GiB by default).
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.discovery import discover
from mlops_commons.utilities.seed_environments import environment

ROWS: Final = (100_000, 1_000_000)
STEPS: Final = (("adopt", "--label", "price"), ("run_locally",))
HEADER: Final = "offer,area,rooms,floor,built,distance,heating,district,agent,price"


def main(rows: list[int]) -> int:
    """Print a row of a table for each count of rows; 1 where a step fails."""
    print("| Rows | adopt | train, evaluate, judge | CPU | peak of a process |")
    print("|---|---|---|---|---|")
    before = 0.0
    for count in sorted(rows):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "repository")
            (product,) = (found for found in discover() if found.slug == "basic")
            product.seeds["build_app"].write(root)
            python, table = environment(root), Path(folder, "offers.csv")
            _write(table, count)
            seconds = []
            for module, *arguments in STEPS:
                given = [str(table), *arguments] if arguments else []
                started = time.perf_counter()
                command = [str(python), "-m", f"ml_pipelines.{module}", *given]
                done = subprocess.run(
                    command, cwd=root, capture_output=True, text=True, check=False
                )
                if done.returncode:
                    print(done.stdout, done.stderr, file=sys.stderr)
                    return 1
                seconds.append(time.perf_counter() - started)
        # Of all processes so far: counts grow, so that the peak is of the last one.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        total = used.ru_utime + used.ru_stime
        print(
            f"| {count:,} | {seconds[0]:.0f} s | {seconds[1]:.0f} s | {total - before:.0f} s | "
            f"{used.ru_maxrss / 1024:,.0f} MB |",
            flush=True,
        )
        before = total
    return 0


def _write(file: Path, count: int) -> None:
    """Offers of flats, whose price follows from most of the rest."""
    source = random.Random(count)
    districts = [f"district {number}" for number in range(30)]
    with file.open("w", encoding="utf-8") as opened:
        opened.write(HEADER + "\n")
        for number in range(count):
            area, rooms = source.uniform(20, 200), source.randint(1, 7)
            built, place = source.randint(1900, 2025), source.randrange(30)
            price = area * (2000 + 60 * place + 8 * (built - 1900)) + source.gauss(0, 20_000)
            opened.write(
                f"f{number},{area:.1f},{rooms},{source.randint(0, 20)},{built},"
                f"{source.expovariate(0.2):.2f},{source.choice(['gas', 'oil', 'heat'])},"
                f"{districts[place]},agent {source.randrange(300)},{price:.0f}\n"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    sys.exit(main(parser.parse_args().rows))
