"""Which machines a base model needs, computed: `python -m ml_pipelines.sizes base-model/`.

Without a folder it prints the table of README.md.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

# First: it finds the scripts of the jobs.
from ml_pipelines import declared  # isort: skip
from machines import (
    Architecture,
    Load,
    assumed,
    cheapest,
    serves,
    serving_bytes,
    training_bytes,
    trains,
)

from ml_pipelines.declared import BadDeclaration, Declaration
from ml_pipelines.fitting import (
    NoModel,
    architecture,
    described,
    gibibytes,
    load,
    needs,
    too_small,
)

SIZES = (
    (3, "1.5 billion; Stable Diffusion 1 and 2"),
    (8, "4 billion; Stable Diffusion XL"),
    (16, "8 billion"),
    (30, "14 billion"),
    (65, "32 billion"),
    (141, "70 billion"),
)
"""Weights in 16 bits, and models that have so many."""
HEADER = (
    "| Weights in 16 bits, up to | GPU memory to train | `machines.training` | GPU memory to serve "
    "| `machines.inference` | GPUs that serve | Cost class: train, serve |",
    "|---|---|---|---|---|---|---|",
)


def table() -> str:
    """The rows for the README, in Markdown."""
    return "\n".join([*HEADER, *(_row(size, words) for size, words in SIZES)])


def _row(gigabytes: int, words: str) -> str:
    model, load = assumed(gigabytes), Load()
    training, inference = cheapest(trains, model, load), cheapest(serves, model, load)
    needed = serving_bytes(model, load, inference.gpus if inference else 1)
    cells = (
        f"{gigabytes} GB ({words})",
        gibibytes(training_bytes(model, load)),
        f"`{training.name}`" if training else "none: more than one GPU",
        gibibytes(needed),
        f"`{inference.name}`" if inference else "none",
        str(inference.gpus) if inference else "",
        ", ".join(str(found.cost_class) if found else "-" for found in (training, inference)),
    )
    return f"| {' | '.join(cells)} |"


def told(found: Declaration, model: Architecture) -> Iterator[str]:
    """Which machines a model needs with a declaration's settings, line by line."""
    wanted = load(found)
    yield f"{model.parameters / 1e9:.2f} billion weights: {model.weights / 1e9:.1f} GB in 16 bits"
    if model.kept:
        tokens = wanted.context_tokens * wanted.concurrent_requests
        yield (
            f"keys and values of {wanted.concurrent_requests} requests of "
            f"{wanted.context_tokens} tokens: {gibibytes(model.kept * tokens)}"
        )
    for use, fits in (("training", trains), ("inference", serves)):
        machine = cheapest(fits, model, wanted)
        if machine is None:
            yield f"machines.{use}: no machine holds it"
            continue
        yield (
            f"machines.{use}: {machine.name}, {described(machine)}, "
            f"cost class {machine.cost_class}; needed: {needs(use, model, wanted, machine)}"
        )


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the machines for a folder, or the table; exit code 1 when a declared one is too small."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="with a base model; none: the table")
    given = parser.parse_args([*arguments] if arguments is not None else None)
    if given.folder is None:
        print(table())
        return 0
    try:
        found = declared.read(sized=False)
        model = architecture(given.folder)
    except (BadDeclaration, NoModel) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(told(found, model)))
    wrong = [f"{'.'.join(path)}: {words}" for path, words in too_small(found, model)]
    for words in wrong:
        print(f"error: project.yml, {words}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
