"""The table that the model learns from: its columns, and how a file becomes rows of them."""

from pathlib import Path

import numpy as np
import pandas as pd

CATEGORICAL = ("sex",)
NUMERIC = (
    *("length", "diameter", "height"),
    *("whole_weight", "shucked_weight", "viscera_weight", "shell_weight"),
)
FEATURES = (*CATEGORICAL, *NUMERIC)
LABEL = "rings"


class BadData(Exception):
    """A file does not hold the table; the message says where and what."""


def read(file: Path) -> pd.DataFrame:
    """Read features and label from a CSV file without header.

    Raises:
        BadData: not a CSV file, another number of columns, or a number that is none.
    """
    try:
        rows = pd.read_csv(file, header=None, dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise BadData(f"{file.name} is empty") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise BadData(f"{file.name} is not a CSV file in UTF-8: {error}") from None
    if rows.shape[1] != len(FEATURES) + 1:
        raise BadData(f"{file.name}: {rows.shape[1]} columns, {len(FEATURES) + 1} are needed")
    rows.columns = pd.Index([*FEATURES, LABEL])
    return typed(rows, file.name)


def read_folder(folder: Path) -> pd.DataFrame:
    """Read all files of a folder, as an input or a channel of a job holds them.

    Raises:
        BadData: there is none, or one does not hold the table.
    """
    files = sorted(file for file in folder.glob("*") if file.is_file())
    if not files:
        raise BadData(f"{folder} holds no file")
    return pd.concat([read(file) for file in files], ignore_index=True)


def typed(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Texts as numbers where numbers are meant; an empty text is a missing value.

    Raises:
        BadData: a text is neither a finite number nor empty; the message names row and column.
    """
    typed_rows = rows.copy()
    for column in [column for column in rows.columns if column not in CATEGORICAL]:
        texts = rows[column].astype(str).str.strip().replace({"nan": "", "None": ""})
        numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce")
        wrong = texts[(texts != "") & ~np.isfinite(numbers)]
        if len(wrong):
            raise BadData(
                f"{name}, row {wrong.index[0] + 1}: {column} is '{wrong.iloc[0]}', not a number"
            )
        typed_rows[column] = numbers
    return typed_rows
