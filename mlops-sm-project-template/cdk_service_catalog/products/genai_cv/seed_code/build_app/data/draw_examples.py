"""Draws the example pictures: one small robot, on grounds of several colours.

The pictures are text, so that a repository shows what changed: a palette and rows of its letters.
`python data/draw_examples.py` writes `data/pictures.json` again; the seed fixes every choice.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

SEED: Final = 42
SIZE: Final = 16
TARGET: Final = Path(__file__).with_name("pictures.json")
ROBOT: Final = (
    "....AA....",
    "....AA....",
    ".HHHHHHHH.",
    ".HWWHHWWH.",
    ".HWBHHWBH.",
    ".HHHHHHHH.",
    ".HHRRRRHH.",
    "...HHHH...",
    "HHHHHHHHHH",
    "H.HHYYHH.H",
    "H.HHHHHH.H",
    "..HH..HH..",
    "..HH..HH..",
)
ROBOT_COLOURS: Final = {
    "A": "#505050",
    "B": "#101010",
    "H": "#8fa3ad",
    "R": "#b03a2e",
    "W": "#ffffff",
    "Y": "#f4d03f",
}
GROUNDS: Final = {
    "blue": "#3498db",
    "brown": "#8d6e63",
    "green": "#27ae60",
    "orange": "#e67e22",
    "pink": "#f5b7b1",
    "violet": "#8e44ad",
}
PLACES: Final = {"left": 0, "middle": 3, "right": 6}


def pictures() -> Iterator[dict[str, Any]]:
    """A picture for each ground, at two of the three places, with a few lighter points."""
    choose = random.Random(SEED)
    for ground, colour in GROUNDS.items():
        for place in sorted(choose.sample(sorted(PLACES), 2)):
            left, top = PLACES[place], choose.randint(0, SIZE - len(ROBOT))
            grid = [["g"] * SIZE for _ in range(SIZE)]
            for _ in range(10):
                grid[choose.randrange(SIZE)][choose.randrange(SIZE)] = "l"
            for y, line in enumerate(ROBOT):
                for x, letter in enumerate(line):
                    if letter != ".":
                        grid[top + y][left + x] = letter
            yield {
                "ground": ground,
                "prompt": f"a picture of sks robot on a {ground} ground, {place} of the centre"
                if place != "middle"
                else f"a picture of sks robot on a {ground} ground, in the centre",
                "drawing": {
                    "palette": {**ROBOT_COLOURS, "g": colour, "l": "#ecf0f1"},
                    "rows": ["".join(line) for line in grid],
                },
            }


def main() -> None:
    """Write the pictures, one JSON object on each line."""
    lines = (json.dumps(picture, sort_keys=True) + "\n" for picture in pictures())
    TARGET.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
