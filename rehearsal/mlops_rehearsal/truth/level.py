"""How far something is proven, from the strongest to the weakest."""

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """What proves it."""

    REAL = "real program"
    DATA = "independent data"
    ENFORCED = "emulated with enforcement"
    SCHEMA = "schema"
    AWS = "only AWS"


ABOVE_SCHEMA: Final = frozenset({Level.REAL, Level.DATA, Level.ENFORCED})
"""What is more than the form of a property."""
MEANING: Final = {
    Level.REAL: "the program itself runs here, as people, pipelines or AWS run it",
    Level.DATA: "asked of a source that this platform was not made from: botocore's models, the "
    "Service Authorization Reference, scanners of others, the CDK's own constructs",
    Level.ENFORCED: "an emulator does it, and asks the permissions that AWS's documentation names",
    Level.SCHEMA: "its properties are those of CloudFormation's registry; nothing plays it",
    Level.AWS: "nothing here shows it: [the first hour](first-hour.md) does",
}
