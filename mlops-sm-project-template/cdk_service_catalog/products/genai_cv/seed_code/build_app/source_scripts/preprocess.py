"""Pairs pictures with prompts, brings them to one size and splits them.

Input: files of JSON Lines; each row has a `prompt` and either `file_name`, a picture beside the
file, or `drawing`, a palette and rows of its letters. A picture belongs to the prompt of its own
row, never to one that happens to be listed at the same place. What is transparent in it is white.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import facts
from container import numbered_lines, processing_input, processing_output, write_json_lines
from declaration import Data, Declaration, declaration
from failures import ended
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError
from similar import METADATA, groups
from splits import enough, split_rows

ENDINGS = (".json", ".jsonl")
SHOWN_PROBLEMS = 20
EXAMPLE = '{"prompt": "a red robot", "file_name": "robot.png"}'
DEEP = ("I", "F")
"""What the modes of pictures with more than 8 bits per colour begin with (Pillow, "Modes"): brought
to 8 bits, nearly all of their pixels would be white."""
SEVERAL_ANYWAY = ("MPO",)
"""Formats of cameras, which put a preview beside the picture."""


class Frame(NamedTuple):
    """What a picture was before: some models are told (`architectures.py`).

    Attributes:
        original: its height and width.
        crop: how many pixels are cut off above and on the left, at the new size.
    """

    original: tuple[int, int]
    crop: tuple[int, int]


Pair = tuple[Path, str, Frame, str, dict[str, str]]
"""The file of a picture, its prompt, its frame, the group that its row names, and its values of the
fields of slices. Ten thousand pictures of 1024 pixels are 30 GB of memory, so they are files."""


def read_pairs(
    folder: Path, data: Data, target: Path, *, resolution: int, slices: Sequence[str] = ()
) -> list[Pair]:
    """All pictures, `resolution` by `resolution` pixels in RGB, with their prompts.

    Args:
        target: the folder in which the pictures are, numbered, as PNG files.

    Raises:
        SystemExit: there is no row, or rows are wrong; the message lists where and why.
    """
    pairs: list[Pair] = []
    problems: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS):
        for number, line in numbered_lines(path):
            try:
                row = _row(line, data)
                group = str(row[data.group]) if data.group else ""
                values = data.slices(row, slices, group)
                picture, prompt, frame = _pair(row, path.parent, resolution)
                file = target / f"{len(pairs):05}.png"
                picture.save(file)
                pairs.append((file, prompt, frame, group, values))
            except ValueError as error:
                problems.append(f"{path.name}:{number}: {error}")
            except Exception as error:  # noqa: BLE001  # Pillow raises what its readers raise
                problems.append(f"{path.name}:{number}: {type(error).__name__}: {error}")
    if problems:
        raise SystemExit(
            f"{len(problems)} rows are no pictures with prompts:\n"
            + "\n".join(problems[:SHOWN_PROBLEMS])
        )
    if not pairs:
        raise SystemExit(f"{folder} holds no rows in files that end in {' or '.join(ENDINGS)}")
    return pairs


def _row(line: str, data: Data) -> dict[str, Any]:
    """A row by the names that the scripts know.

    Raises:
        ValueError: it is none.
    """
    try:
        found = json.loads(line)
    except ValueError as error:
        raise ValueError(f"no JSON ({error}); a row is like {EXAMPLE}") from None
    if not isinstance(found, dict):
        raise ValueError(f"a JSON {type(found).__name__}, not an object; a row is like {EXAMPLE}")
    row = data.renamed(found)
    for name in ("prompt", *filter(None, [data.group])):
        shown = data.fields.get(name, name)
        if name not in row:
            raise ValueError(f"'{shown}' is missing; the row has {', '.join(found) or 'nothing'}")
    if not isinstance(row["prompt"], str) or not row["prompt"].strip():
        raise ValueError(
            f"'{data.fields.get('prompt', 'prompt')}' is {row['prompt']!r}, not a text"
        )
    if ("file_name" in row) == ("drawing" in row):
        name = data.fields.get("file_name", "file_name")
        raise ValueError(f"give either '{name}' or 'drawing'; the row has {', '.join(found)}")
    return row


def _pair(row: dict[str, Any], folder: Path, resolution: int) -> tuple[Image.Image, str, Frame]:
    size = (resolution, resolution)
    if "drawing" in row:
        # A drawing has hard edges, which any smoothing would blur, and is sharp in every size.
        found = drawn(row["drawing"])
        picture = ImageOps.fit(found, size, Image.Resampling.NEAREST)
        frame = _frame(found, resolution)._replace(original=size)
    else:
        upright = _upright(folder, row["file_name"])
        picture = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
        frame = _frame(upright, resolution)
    return picture, row["prompt"].strip(), frame


def _upright(folder: Path, name: Any) -> Image.Image:
    """A picture file as people see it, in RGB.

    Raises:
        ValueError: it is none that a model should learn.
    """
    if not isinstance(name, str) or not name:
        raise ValueError(f"the name of the picture is {name!r}, not a text")
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ValueError(f"'{name}' is outside of the folder of the data")
    if not file.is_file():
        raise ValueError(f"there is no file '{name}' in the folder of the row")
    try:
        with Image.open(file) as opened:
            _check(opened, name)
            return _on_white(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        raise ValueError(
            f"'{name}' is no picture that can be read; save it as PNG or JPEG"
        ) from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"'{name}' is too big ({error}); save it smaller") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"'{name}' is broken ({error}); save it again as PNG or JPEG") from None


def _check(picture: Image.Image, name: str) -> None:
    if picture.mode.startswith(DEEP):
        raise ValueError(
            f"'{name}' has more than 8 bits per colour (mode {picture.mode}); save it with 8"
        )
    count = getattr(picture, "n_frames", 1)
    if count > 1 and picture.format not in SEVERAL_ANYWAY:
        raise ValueError(f"'{name}' holds {count} pictures; save the one that is meant by itself")


def _on_white(picture: Image.Image) -> Image.Image:
    """What stands below transparent pixels is no part of what people see."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    own = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", own.size, "white"), own).convert("RGB")


def _frame(picture: Image.Image, resolution: int) -> Frame:
    """What `ImageOps.fit` cuts off in the middle, after its shorter side has the new size."""
    width, height = picture.size
    scale = resolution / min(width, height)
    top, left = (round((side * scale - resolution) / 2) for side in (height, width))
    return Frame(original=(height, width), crop=(top, left))


def drawn(drawing: dict[str, Any]) -> Image.Image:
    """The picture of a palette (letter to colour) and rows of its letters."""
    rows, palette = drawing["rows"], drawing["palette"]
    if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
        raise ValueError("'rows' must be texts of one length")
    colours = {letter: ImageColor.getrgb(text) for letter, text in palette.items()}
    unknown = sorted({*"".join(rows)} - {*colours})
    if unknown:
        raise ValueError(f"'palette' has no colour for {', '.join(map(repr, unknown))}")
    picture = Image.new("RGB", (len(rows[0]), len(rows)))
    picture.putdata([colours[letter] for row in rows for letter in row])
    return picture


def write_pairs(folder: Path, pairs: list[Pair]) -> None:
    """Move the pictures here, and write a row with file name, prompt and frame for each."""
    rows = []
    for file, prompt, frame, group, values in pairs:
        shutil.move(file, folder / file.name)
        row = {"file_name": file.name, "prompt": prompt, **frame._asdict()}
        rows.append({**row, "group": group, "slices": values})
    write_json_lines(folder / METADATA, rows)


def parts(pairs: list[Pair], found: Declaration) -> tuple[list[Pair], list[Pair]]:
    """Pictures to train on and pictures to test with; what is nearly the same is on one side.

    Raises:
        SystemExit: too few are left.
    """
    files, _, _, own, _ = zip(*pairs, strict=True)
    alike = groups(map(_opened, files), own)
    train, test = split_rows(pairs, alike, held_out_share=found.split.test, seed=found.split.seed)
    enough(test, found.gate.minimum_rows)
    return train, test


def _opened(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB")


def main() -> None:
    """Read the input `data`; write the outputs `train`, `test` and `facts`."""
    found = declaration()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=found.model.resolution)
    resolution = parser.parse_args().resolution
    data, slices = processing_input("data"), found.gate.slices
    target = processing_output("train")
    pairs = read_pairs(data, found.data, target, resolution=resolution, slices=slices)
    train, test = parts(pairs, found)
    write_pairs(target, train)
    write_pairs(processing_output("test"), test)
    counts = {"train": len(train), "test": len(test)}
    enlarged = sum(min(frame.original) < resolution for _, _, frame, *_ in pairs)
    if enlarged:
        print(
            f"warning: {enlarged} pictures are smaller than {resolution} pixels, and are enlarged"
        )
    facts.write(processing_output("facts"), data, counts)
    print(f"{len(train)} pictures to train on, {len(test)} to test with")


if __name__ == "__main__":
    sys.exit(ended(main))
