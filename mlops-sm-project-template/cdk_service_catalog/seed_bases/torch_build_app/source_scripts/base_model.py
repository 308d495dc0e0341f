"""Checks of a base model before minutes of GPU time are spent on it."""

from pathlib import Path

UNSAFE_ENDINGS = (".bin", ".ckpt", ".msgpack", ".pkl", ".pt", ".pth")


def checked_base_model(folder: Path, description: str) -> Path:
    """The folder, when `description` (a file such as `config.json`) and safetensors are in it.

    Weights in other formats are pickles, which run code when they are loaded; they are not read
    here, whatever else is in the folder.

    Raises:
        SystemExit: the folder is empty, or holds no model in the safetensors format.
    """
    if not (folder / description).is_file():
        raise SystemExit(
            f"{folder} has no {description}: the pipeline parameter BaseModelUri must name the S3 "
            "prefix with the files of a model, as README.md says under 'Base model'"
        )
    if not any(folder.rglob("*.safetensors")):
        found = sorted(path.name for path in folder.rglob("*") if path.suffix in UNSAFE_ENDINGS)
        raise SystemExit(
            f"{folder} has no weights in the safetensors format (found: "
            f"{', '.join(found) or 'no weights at all'}); choose a model that offers them"
        )
    return folder
