"""What a model keeps of its training: how it was made, and which rows it has learnt."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from declaration import Declaration
from facts import digest, libraries

FILE, SEEN = "training.json", "seen.json"
BASE_MODEL = "base_model_sha256"
"""The key of what a model was made of."""
LIBRARIES = (
    *("accelerate", "diffusers", "numpy", "peft", "safetensors", "tokenizers"),
    *("torch", "transformers"),
)
"""Those that are there."""


@dataclass(frozen=True)
class TrainingRecord:
    """What lies beside a model.

    Attributes:
        content: hyperparameters, seeds, libraries, device, and the hash of the base model.
        seen: fingerprints of the rows of the training.
    """

    content: dict[str, Any]
    seen: frozenset[str]


def fingerprint(*parts: str | bytes) -> str:
    """A text for a row, the same for the same content: what was asked, or a picture."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def leave(
    folder: Path,
    values: Any,
    found: Declaration,
    *,
    base_model: Path,
    device: str,
    seen: Iterable[str],
) -> None:
    """Leave the record in the model's folder.

    Args:
        values: the dataclass of the hyperparameters, each as it was used.
        base_model: the folder of the base model.
        device: what the training ran on.
        seen: fingerprints of its rows.
    """
    content = {
        "hyperparameters": vars(values),
        "seeds": {"split": found.split.seed, "model": values.seed},
        "libraries": libraries(LIBRARIES),
        "device": device,
        BASE_MODEL: digest(base_model),
    }
    for name, part in ((FILE, content), (SEEN, sorted({*seen}))):
        (folder / name).write_text(json.dumps(part, indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> TrainingRecord:
    """The record of a model; an empty one for a model that was trained without."""
    if not (folder / FILE).is_file():
        return TrainingRecord({}, frozenset())
    content, seen = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in (FILE, SEEN)
    )
    return TrainingRecord(content, frozenset(seen))
