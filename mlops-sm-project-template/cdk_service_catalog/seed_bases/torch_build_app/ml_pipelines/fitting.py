"""Which machines hold a base model: computed from its files, or from the size of its weights."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from declaration import Declaration
from machines import (
    GIB,
    MACHINES,
    Architecture,
    Load,
    Machine,
    assumed,
    cheapest,
    serves,
    serving_bytes,
    training_bytes,
    trains,
)

PIPELINE = "model_index.json"
"""Names the folders of a model that draws (diffusers, `DiffusionPipeline.save_pretrained`)."""
LONGEST_HEADER = 100_000_000
"""Bytes of a safetensors header (huggingface/safetensors, README, "Format")."""


class NoModel(ValueError):
    """A folder holds no model that this can read."""


def architecture(folder: Path) -> Architecture:
    """What a folder says about its model; of one that is no language model, the weights alone.

    Raises:
        NoModel: there are no safetensors, or a header or a description cannot be read.
    """
    draws = (folder / PIPELINE).is_file()
    files = _of_parts(folder) if draws else sorted(folder.rglob("*.safetensors"))
    if not files:
        raise NoModel(f"{folder} has no weights in the safetensors format")
    parameters = sum(_parameters(file) for file in files)
    file = folder / "config.json"
    if not file.is_file():
        return Architecture(parameters=parameters, draws=draws)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _of(found.get("text_config", found), parameters)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise NoModel(f"{file} is not as transformers writes it: {error!r}") from None


def _of_parts(folder: Path) -> list[Path]:
    """The weights that a pipeline of diffusers loads: those of its parts, in one precision.

    Repositories of models offer the same weights again, as `*.fp16.safetensors` and in one file.
    """
    try:
        parts = json.loads((folder / PIPELINE).read_text(encoding="utf-8")).keys()
    except (ValueError, AttributeError) as error:
        raise NoModel(f"{folder / PIPELINE} is not as diffusers writes it: {error!r}") from None
    return sorted(
        file
        for part in parts
        for file in folder.glob(f"{part}/*.safetensors")
        if not file.stem.rpartition(".")[0]
    )


def _of(config: Mapping[str, Any], parameters: int) -> Architecture:
    layers, hidden = config["num_hidden_layers"], config["hidden_size"]
    heads = config["num_attention_heads"]
    size = config.get("head_dim") or hidden // heads
    keys = config.get("num_key_value_heads") or heads
    return Architecture(
        parameters=parameters,
        # Keys and values, of two bytes.
        kept=2 * 2 * layers * keys * size,
        layers=layers,
        hidden=hidden,
        vocabulary=config["vocab_size"],
        context=config.get("max_position_embeddings") or 0,
        heads=heads,
    )


def _parameters(file: Path) -> int:
    """The weights of a file, by its header alone."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        try:
            if length > LONGEST_HEADER:
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(opened.read(length))
            return sum(
                math.prod(entry["shape"])
                for name, entry in header.items()
                if name != "__metadata__"
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoModel(f"{file} has no header of safetensors: {error}") from None


def load(found: Declaration) -> Load:
    """What a declaration asks of its machines."""
    given, usual = found.model.hyperparameters, Load()
    return Load(
        context_tokens=found.model.context_tokens,
        concurrent_requests=found.model.concurrent_requests,
        rows=int(given.get("batch_size", usual.rows)),
        row_tokens=int(given.get("max_tokens", usual.row_tokens)),
        pixels=found.model.resolution**2,
    )


def too_small(found: Declaration, model: Architecture) -> Iterator[tuple[tuple[str, ...], str]]:
    """Machines of a declaration that do not hold a model. Of others nothing is known here."""
    wanted = load(found)
    for use, name, fits in (
        ("training", found.machines.training, trains),
        ("inference", found.machines.inference, serves),
    ):
        machine = MACHINES.get(name)
        if machine is None or fits(machine, model, wanted):
            continue
        better = cheapest(fits, model, wanted)
        advice = f"choose {better.name}" if better else "no machine holds it"
        yield (
            ("machines", use),
            f"{name} ({described(machine)}) is too small for {use} with "
            f"{model.weights / 1e9:.1f} GB of weights: {needs(use, model, wanted, machine)}; "
            f"{advice}, or fewer tokens, rows or requests at a time",
        )
    if model.context and found.model.context_tokens > model.context:
        yield (
            ("model", "context_tokens"),
            f"the base model knows {model.context} tokens, not {wanted.context_tokens}",
        )


def problems(found: Declaration) -> Iterator[tuple[tuple[str, ...], str]]:
    """The same for a declaration that says how big its base model is."""
    if found.model.gigabytes:
        yield from too_small(found, assumed(found.model.gigabytes))


def needs(use: str, model: Architecture, wanted: Load, machine: Machine) -> str:
    """What a use takes of a machine, in words."""
    if use == "training":
        beside = gibibytes(model.weights + 6 * GIB)
        return f"one GPU of {gibibytes(training_bytes(model, wanted))} and {beside} beside it"
    shared = f", and a number of GPUs that divides {model.heads} heads" if model.heads else ""
    return f"{gibibytes(serving_bytes(model, wanted, machine.gpus))} of its GPUs{shared}"


def described(machine: Machine) -> str:
    """What a machine has, in words."""
    count = "one GPU" if machine.gpus == 1 else f"{machine.gpus} GPUs"
    return f"{count} of {gibibytes(machine.gpu_bytes)}, {machine.gibibytes} GiB beside"


def gibibytes(size: float) -> str:
    """A size, rounded up."""
    return f"{math.ceil(size / GIB * 10) / 10:.1f} GiB"
