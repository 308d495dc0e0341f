"""What a person has to look at before a derived policy is used."""

from dataclasses import dataclass
from typing import Final

SID: Final = "Review"
"""The ids of the statements begin with it."""


@dataclass(frozen=True, kw_only=True, order=True)
class Review:
    """One remark.

    Attributes:
        type: the resource type that it is about.
        what: what is granted, or left out.
        reason: why it is no closer, and what to do.
    """

    type: str
    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.type}: {self.what} ({self.reason})"
