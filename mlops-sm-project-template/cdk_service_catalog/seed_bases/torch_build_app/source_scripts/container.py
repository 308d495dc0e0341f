"""Where SageMaker puts what a step reads, and takes what it writes.

All folders are below `/opt/ml`; the variable ML_ROOT moves them, so that the same scripts run on a
laptop. Source: SageMaker Developer Guide, "How Amazon SageMaker AI provides training information".
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from archives import unpack

Values = TypeVar("Values")


def ml_root() -> Path:
    """The folder that SageMaker calls `/opt/ml`."""
    return Path(os.environ.get("ML_ROOT", "/opt/ml"))


def processing_input(name: str) -> Path:
    """The folder of an input of a processing job."""
    return ml_root() / "processing" / name


def processing_output(name: str) -> Path:
    """The folder of an output of a processing job, made when it is missing."""
    return _made(ml_root() / "processing" / name)


def training_channel(name: str) -> Path:
    """The folder of an input channel of a training job."""
    default = ml_root() / "input" / "data" / name
    return Path(os.environ.get(f"SM_CHANNEL_{name.upper()}", default))


def model_folder() -> Path:
    """The folder that SageMaker packs as `model.tar.gz` after training, made when it is missing."""
    return _made(Path(os.environ.get("SM_MODEL_DIR", ml_root() / "model")))


def training_hyperparameters(kind: type[Values]) -> Values:
    """The hyperparameters of this training job, as the dataclass `kind`.

    SageMaker leaves them as a JSON object in `input/config/hyperparameters.json`, values as text.
    The variable SM_HPS is made by the entry point of an image, which the job replaces by its own.
    A field that the job does not name keeps its default.

    Raises:
        SystemExit: the file is missing, a name is unknown, or a value is no number.
    """
    file = ml_root() / "input" / "config" / "hyperparameters.json"
    if not file.is_file():
        raise SystemExit(f"{file} is missing: SageMaker writes it for every training job")
    given: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    types = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(
        name for name in given if name not in types and not name.startswith(("_", "sagemaker"))
    )
    if unknown:
        raise SystemExit(
            f"Hyperparameters {', '.join(unknown)} are unknown; known are {', '.join(types)}"
        )
    values = {}
    for name, value in given.items():
        if name in types:
            values[name] = _number(name, value, types[name])
    return kind(**values)


def unpacked_model(archive: Path, target: Path) -> Path:
    """Unpack a `model.tar.gz` into `target`, and nothing outside of it.

    Raises:
        SystemExit: there is no such file.
    """
    if not archive.is_file():
        raise SystemExit(f"{archive} is missing: the training step writes it")
    unpack(archive, target)
    return target


def write_json(path: Path, content: Any) -> None:
    """Write a JSON document that is the same on every run."""
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a JSON Lines file with their numbers, empty ones left out.

    A line ends with a line feed alone: others, such as U+2028, may stand in a text.

    Raises:
        SystemExit: it is not written in UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SystemExit(
            f"{path.name}:{line}: the byte {error.object[error.start]:#04x} is no UTF-8; save the "
            "file as UTF-8"
        ) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file: one JSON object on each line, empty lines left out."""
    return [json.loads(line) for _, line in numbered_lines(path)]


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object on each line."""
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _number(name: str, value: Any, kind: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise SystemExit(f"Hyperparameter {name} is '{value}', not {kind.__name__}") from None


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
