"""Processing job: check the data and split it; nothing is fitted here.

Reads /opt/ml/processing/input, writes train, validation and test beside it (70, 15, 15 percent).
"""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tables import LABEL, BadData, read_folder

SEED = 7
SHARES = {"train": 0.70, "validation": 0.15}
MINIMUM_ROWS = 20
"""Enough for each part to have rows; an error measured on so few says nothing yet."""


def main() -> int:
    """Split what is in the input folder; exit code 1 says what is wrong with it."""
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    try:
        rows = read_folder(base / "input")
        if rows[LABEL].isna().any():
            raise BadData(f"row {int(rows[LABEL].isna().idxmax()) + 1}: {LABEL} is missing")
        if len(rows) < MINIMUM_ROWS:
            raise BadData(f"the data has {len(rows)} rows, {MINIMUM_ROWS} are needed")
    except BadData as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, part in split(rows).items():
        (base / name).mkdir(parents=True, exist_ok=True)
        part.to_csv(base / name / f"{name}.csv", header=False, index=False)
        print(f"{name}: {len(part)} rows")
    return 0


def split(rows: pd.DataFrame, seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Train, validation and test: disjoint, together everything, the same for the same seed."""
    order = np.random.default_rng(seed).permutation(len(rows))
    first = int(SHARES["train"] * len(rows))
    second = first + int(SHARES["validation"] * len(rows))
    places = {"train": order[:first], "validation": order[first:second], "test": order[second:]}
    return {name: rows.iloc[np.sort(place)] for name, place in places.items()}


if __name__ == "__main__":
    sys.exit(main())
