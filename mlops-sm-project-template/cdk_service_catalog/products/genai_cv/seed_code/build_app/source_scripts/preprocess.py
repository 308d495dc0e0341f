"""Pairs pictures with prompts, brings them to one size and splits them.

Input: files of JSON Lines; each row has a `prompt` and either `file_name`, a picture beside the
file, or `drawing`, a palette and rows of its letters. A picture belongs to the prompt of its own
row, never to one that happens to be listed at the same place.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from container import processing_input, processing_output, write_json_lines
from failures import ended
from PIL import Image, ImageColor, ImageOps
from splits import split_rows

ENDINGS = (".json", ".jsonl")
METADATA = "metadata.jsonl"

Pair = tuple[Image.Image, str]


def read_pairs(folder: Path, *, resolution: int) -> list[Pair]:
    """All pictures, `resolution` by `resolution` pixels in RGB, with their prompts.

    Raises:
        SystemExit: there is no row, or rows are wrong; the message lists where and why.
    """
    pairs: list[Pair] = []
    problems: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                pairs.append(_pair(json.loads(line), path.parent, resolution))
            except (KeyError, OSError, TypeError, ValueError) as error:
                problems.append(f"{path.name}:{number}: {type(error).__name__}: {error}")
    if problems:
        raise SystemExit(
            f"{len(problems)} rows are no pictures with prompts:\n" + "\n".join(problems)
        )
    if not pairs:
        raise SystemExit(f"{folder} holds no rows in files that end in {' or '.join(ENDINGS)}")
    return pairs


def _pair(row: dict[str, Any], folder: Path, resolution: int) -> Pair:
    if not isinstance(row["prompt"], str) or not row["prompt"].strip():
        raise ValueError(f"'prompt' is {row['prompt']!r}, not a text")
    if ("file_name" in row) == ("drawing" in row):
        raise ValueError("give either 'file_name' or 'drawing'")
    size = (resolution, resolution)
    if "drawing" in row:
        # A drawing has hard edges, which any smoothing would blur.
        picture = ImageOps.fit(drawn(row["drawing"]), size, Image.Resampling.NEAREST)
    else:
        file = (folder / row["file_name"]).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ValueError(f"'{row['file_name']}' is outside of the folder of the data")
        with Image.open(file) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        picture = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
    return picture, row["prompt"].strip()


def drawn(drawing: dict[str, Any]) -> Image.Image:
    """The picture of a palette (letter to colour) and rows of its letters."""
    rows = drawing["rows"]
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError("'rows' must be texts of one length")
    colours = {letter: ImageColor.getrgb(text) for letter, text in drawing["palette"].items()}
    picture = Image.new("RGB", (len(rows[0]), len(rows)))
    picture.putdata([colours[letter] for row in rows for letter in row])
    return picture


def write_pairs(folder: Path, pairs: list[Pair]) -> None:
    """Write numbered PNG files, and a row with file name and prompt for each."""
    rows = []
    for number, (picture, prompt) in enumerate(pairs):
        name = f"{number:05}.png"
        picture.save(folder / name)
        rows.append({"file_name": name, "prompt": prompt})
    write_json_lines(folder / METADATA, rows)


def main() -> None:
    """Read the input `data`; write the outputs `train` and `validation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=512)
    parser.add_argument("--validation-share", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()

    pairs = read_pairs(processing_input("data"), resolution=arguments.resolution)
    train, validation = split_rows(
        pairs, held_out_share=arguments.validation_share, seed=arguments.seed
    )
    write_pairs(processing_output("train"), train)
    write_pairs(processing_output("validation"), validation)
    print(f"{len(train)} pictures to train on, {len(validation)} to validate with")


if __name__ == "__main__":
    sys.exit(ended(main))
