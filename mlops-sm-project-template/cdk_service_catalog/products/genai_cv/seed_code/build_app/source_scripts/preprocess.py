"""Pairs pictures with prompts, brings them to one size and splits them.

Input: files of JSON Lines; each row has a `prompt` and either `file_name`, a picture beside the
file, or `drawing`, a palette and rows of its letters. A picture belongs to the prompt of its own
row, never to one that happens to be listed at the same place.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import facts
from container import numbered_lines, processing_input, processing_output, write_json_lines
from declaration import Data, Declaration, declaration
from failures import ended
from PIL import Image, ImageColor, ImageOps
from similar import METADATA, groups
from splits import enough, split_rows

ENDINGS = (".json", ".jsonl")
SHOWN_PROBLEMS = 20


class Frame(NamedTuple):
    """What a picture was before: some models are told (`architectures.py`).

    Attributes:
        original: its height and width.
        crop: how many pixels are cut off above and on the left, at the new size.
    """

    original: tuple[int, int]
    crop: tuple[int, int]


Pair = tuple[Image.Image, str, Frame, str, dict[str, str]]
"""A picture, its prompt, its frame, the group that its row names, and its values of the fields of
slices."""


def read_pairs(
    folder: Path, data: Data, *, resolution: int, slices: Sequence[str] = ()
) -> list[Pair]:
    """All pictures, `resolution` by `resolution` pixels in RGB, with their prompts.

    Raises:
        SystemExit: there is no row, or rows are wrong; the message lists where and why.
    """
    pairs: list[Pair] = []
    problems: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS):
        for number, line in numbered_lines(path):
            try:
                row = data.renamed(json.loads(line))
                group = str(row[data.group]) if data.group else ""
                values = data.slices(row, slices, group)
                pairs.append((*_pair(row, path.parent, resolution), group, values))
            except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
                problems.append(f"{path.name}:{number}: {type(error).__name__}: {error}")
    if problems:
        raise SystemExit(
            f"{len(problems)} rows are no pictures with prompts:\n"
            + "\n".join(problems[:SHOWN_PROBLEMS])
        )
    if not pairs:
        raise SystemExit(f"{folder} holds no rows in files that end in {' or '.join(ENDINGS)}")
    return pairs


def _pair(row: dict[str, Any], folder: Path, resolution: int) -> tuple[Image.Image, str, Frame]:
    if not isinstance(row["prompt"], str) or not row["prompt"].strip():
        raise ValueError(f"'prompt' is {row['prompt']!r}, not a text")
    if ("file_name" in row) == ("drawing" in row):
        raise ValueError("give either 'file_name' or 'drawing'")
    size = (resolution, resolution)
    if "drawing" in row:
        # A drawing has hard edges, which any smoothing would blur, and is sharp in every size.
        found = drawn(row["drawing"])
        picture = ImageOps.fit(found, size, Image.Resampling.NEAREST)
        frame = _frame(found, resolution)._replace(original=size)
    else:
        file = (folder / row["file_name"]).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ValueError(f"'{row['file_name']}' is outside of the folder of the data")
        with Image.open(file) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        picture = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
        frame = _frame(upright, resolution)
    return picture, row["prompt"].strip(), frame


def _frame(picture: Image.Image, resolution: int) -> Frame:
    """What `ImageOps.fit` cuts off in the middle, after its shorter side has the new size."""
    width, height = picture.size
    scale = resolution / min(width, height)
    top, left = (round((side * scale - resolution) / 2) for side in (height, width))
    return Frame(original=(height, width), crop=(top, left))


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
    """Write numbered PNG files, and a row with file name, prompt and frame for each."""
    rows = []
    for number, (picture, prompt, frame, group, values) in enumerate(pairs):
        name = f"{number:05}.png"
        picture.save(folder / name)
        row = {"file_name": name, "prompt": prompt, **frame._asdict()}
        rows.append({**row, "group": group, "slices": values})
    write_json_lines(folder / METADATA, rows)


def parts(pairs: list[Pair], found: Declaration) -> tuple[list[Pair], list[Pair]]:
    """Pictures to train on and pictures to test with; what is nearly the same is on one side.

    Raises:
        SystemExit: too few are left.
    """
    pictures, _, _, own, _ = zip(*pairs, strict=True)
    train, test = split_rows(
        pairs, groups(pictures, own), held_out_share=found.split.test, seed=found.split.seed
    )
    enough(test, found.gate.minimum_rows)
    return train, test


def main() -> None:
    """Read the input `data`; write the outputs `train`, `test` and `facts`."""
    found = declaration()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=found.model.resolution)
    resolution = parser.parse_args().resolution
    data, slices = processing_input("data"), found.gate.slices
    pairs = read_pairs(data, found.data, resolution=resolution, slices=slices)
    train, test = parts(pairs, found)
    write_pairs(processing_output("train"), train)
    write_pairs(processing_output("test"), test)
    counts = {"train": len(train), "test": len(test)}
    facts.write(processing_output("facts"), data, counts)
    print(f"{len(train)} pictures to train on, {len(test)} to test with")


if __name__ == "__main__":
    sys.exit(ended(main))
