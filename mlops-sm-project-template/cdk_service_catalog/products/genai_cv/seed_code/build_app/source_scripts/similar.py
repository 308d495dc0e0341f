"""Pictures that are nearly the same: a copy, another size, another compression, a mirror image."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy
from container import read_json_lines
from PIL import Image
from training_record import fingerprint

METADATA = "metadata.jsonl"
SIDE, BLOCK = 16, 512
NEAR = 0.06
"""The root of the mean squared difference of two thumbnails, of 1; what JPEG changes is below it."""


def groups(pictures: Iterable[Image.Image], own: Sequence[str]) -> list[str]:
    """The group of each picture: with those that are nearly the same, or have its name in `own`.

    Args:
        pictures: each is looked at once.
        own: a group that the data name, or nothing.
    """
    leader = list(range(len(own)))

    def first(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    named: dict[str, int] = {}
    same = [(named.setdefault(name, number), number) for number, name in enumerate(own) if name]
    for one, other in (*same, *_near(pictures)):
        low, high = sorted((first(one), first(other)))
        leader[high] = low
    return [str(first(number)) for number in range(len(own))]


def _near(pictures: Iterable[Image.Image]) -> Iterator[tuple[int, int]]:
    small = _thumbnails(pictures)
    plain, mirrored = (each.reshape(len(small), -1) for each in (small, small[:, :, ::-1]))
    for others in (plain, mirrored):
        for start in range(0, len(plain), BLOCK):
            squared = _squared(plain[start : start + BLOCK], others)
            for row, column in numpy.argwhere(squared <= NEAR**2):
                yield start + int(row), int(column)


def _squared(first: numpy.ndarray, second: numpy.ndarray) -> numpy.ndarray:
    """The mean squared difference of each row of one with each of the other."""
    lengths = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    found: numpy.ndarray = (lengths - 2 * first @ second.T) / first.shape[1]
    return found


def _thumbnails(pictures: Iterable[Image.Image]) -> numpy.ndarray:
    """Pictures by rows, columns and colours."""
    small = (
        picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX) for picture in pictures
    )
    return numpy.stack([numpy.asarray(one, dtype=numpy.float64) / 255 for one in small])


def fingerprints(folder: Path) -> list[str]:
    """A text for each picture of a part of the split, by its pixels, whatever its prompt is."""
    return [_fingerprint(folder / row["file_name"]) for row in read_json_lines(folder / METADATA)]


def _fingerprint(file: Path) -> str:
    with Image.open(file) as picture:
        return fingerprint(picture.convert("RGB").tobytes())
