"""Every statement of every policy dropped and widened once: which cells of the table it holds.

    .venv/bin/python rehearsal/bench/mutations.py --product basic --every 10

Prints each mutation that changes a cell, with the cells, and counts the others by what they are:
most statements are about what no path of the table leads through (logs, metrics, networks, keys).
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE
from mlops_reachability.accounts import world_of
from mlops_reachability.mutations import changed_cells, mutations
from mlops_reachability.reach import Graph
from mlops_reachability.synthesis import synthesise
from mlops_reachability.table import cells_of


def main() -> None:
    """Mutate the world of one product."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--product", default="basic")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth mutation")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cdk_app, infra = (SAMPLE / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
        made = synthesise(cdk_app, infra, Path(folder), (chosen.product,))
        world = world_of(made, chosen.product)
    base = Graph(world)
    before = cells_of(base)
    silent: Counter[tuple[str, str]] = Counter()
    done = 0
    for number, mutation in enumerate(mutations(world)):
        if number % chosen.every:
            continue
        done += 1
        cells = changed_cells(base, before, mutation)
        name = f"{mutation.document} {mutation.statement} {mutation.change}"
        if cells:
            print(name)
            for start, target in sorted(cells):
                print(f"    {'-' if (start, target) in before else '+'} {start} -> {target.value}")
        else:
            silent[mutation.document.partition(" ")[0], mutation.change] += 1
    print(f"\n{done} mutations; these change no cell:")
    for (kind, change), count in sorted(silent.items()):
        print(f"    {count:5} {kind} {change}")


if __name__ == "__main__":
    main()
