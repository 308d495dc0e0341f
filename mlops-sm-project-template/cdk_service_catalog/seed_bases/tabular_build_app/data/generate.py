"""Writes abalone-generated.csv: `python data/generate.py`; the same file every time.

A recipe, not measurements: shells grow with age and their proportions spread; weights follow
volume; the columns are those of the UCI Abalone data (Nash and others, 1994).
"""

import math
import random
from pathlib import Path

ROWS = 1500
SEED = 1994
HEADER = "sex,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight,rings"
FILE = Path(__file__).with_name("abalone-generated.csv")


def main() -> None:
    """Write the file."""
    FILE.write_text(generated(), encoding="utf-8")


def generated(rows: int = ROWS, seed: int = SEED) -> str:
    """The content of the file: a header, then the rows."""
    source = random.Random(seed)
    return "".join(line + "\n" for line in [HEADER, *(_row(source) for _ in range(rows))])


def _row(source: random.Random) -> str:
    rings = max(1, min(29, round(source.lognormvariate(math.log(9.5), 0.32))))
    grown = 1 - math.exp(-0.22 * rings)
    length = min(0.82, max(0.08, 0.66 * grown + source.gauss(0, 0.035)))
    diameter = length * (0.79 + source.gauss(0, 0.015))
    height = length * (0.26 + source.gauss(0, 0.02) + 0.002 * rings)
    whole = 28.0 * length * diameter * height * (1 + source.gauss(0, 0.06))
    shucked = whole * (0.45 - 0.004 * rings + source.gauss(0, 0.02))
    viscera = whole * (0.22 + source.gauss(0, 0.015))
    shell = whole * (0.25 + 0.008 * rings + source.gauss(0, 0.02))
    grown_up = source.random() < grown
    sex = source.choice("MF") if grown_up else "I"
    numbers = (length, diameter, height, whole, shucked, viscera, shell)
    return ",".join([sex, *(f"{max(0.001, number):.4f}" for number in numbers), str(rings)])


if __name__ == "__main__":
    main()
