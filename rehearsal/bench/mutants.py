"""Mutants of everything synthesised, and which checks of templates see them.

    .venv/bin/python rehearsal/bench/mutants.py
    .venv/bin/python rehearsal/bench/mutants.py --template "infra dev" --survivors
    .venv/bin/python rehearsal/bench/mutants.py --sample 50 --seed 7 --json mutants.json

A mutant that no check sees is a slip that nothing but a comparison with the template of yesterday
would notice. What the checks are: `mlops_rehearsal.behaviour/checks/`.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.score import Fate, Score, findings, killers, score
from mlops_rehearsal.behaviour.templates import stacks

HEAD = "| Template | Mutants | Killed | Survived | Equivalent | Score |"
RULE = "| --- | ---: | ---: | ---: | ---: | ---: |"


def main() -> int:
    """Mutate, and print the table."""
    chosen = arguments()
    with tempfile.TemporaryDirectory() as folder:
        cdk_app, infra = (SAMPLE / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
        found = dict(stacks(synthesise(cdk_app, infra, Path(folder))))
    if chosen.template and chosen.template not in found:
        print(f"there is no template '{chosen.template}'; there are: {', '.join(found)}")
        return 1
    scores = []
    print(f"{HEAD}\n{RULE}")
    for name, stack in found.items():
        if chosen.template in ("", name):
            wrong = list(findings(stack))
            if wrong:
                print(f"{name}: without any mutation: {wrong[0]}")
                return 1
            scores.append(score(name, stack, chosen.sample, chosen.seed))
            print(row(scores[-1]), flush=True)
    whole = Score(name="**all**", results=tuple(r for s in scores for r in s.results))
    print(row(whole))
    if chosen.survivors:
        print_survivors(scores)
    print("\nkilled first by:")
    for name, count in sorted(killers(scores).items(), key=lambda item: -item[1]):
        print(f"{count:7} {name}")
    if chosen.json:
        chosen.json.write_text(json.dumps([as_data(s) for s in scores], indent=1) + "\n")
    return 0


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--template", default="", help="one template, by its name in the table")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each template")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--survivors", action="store_true", help="print each mutant that lives")
    parser.add_argument("--json", type=Path, help="write every mutant and its end to a file")
    return parser.parse_args()


def row(found: Score) -> str:
    """A row of the table."""
    counts = " | ".join(
        f"{found.count(fate):,}" for fate in (Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT)
    )
    return f"| {found.name} | {len(found.results):,} | {counts} | {found.share:.1%} |"


def print_survivors(scores: list[Score]) -> None:
    """Each mutant that no check sees."""
    for found in scores:
        for result in found.results:
            if result.fate is Fate.SURVIVED:
                print(f"{found.name}: {result.mutant}")


def as_data(found: Score) -> dict[str, Any]:
    """A score as JSON."""
    return {
        "template": found.name,
        "score": round(found.share, 4),
        "mutants": [
            {"mutant": str(r.mutant), "fate": r.fate.value, "by": r.by} for r in found.results
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
