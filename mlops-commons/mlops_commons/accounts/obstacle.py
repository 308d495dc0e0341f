"""What an account lacks for a delivery, or has too much of."""

from dataclasses import dataclass

from mlops_commons.accounts.bootstrap_plan import BootstrapRow


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One thing that has to be done in an account, and the command that does it.

    Attributes:
        blocks: whether a deployment there fails before it is done.
    """

    row: BootstrapRow
    blocks: bool
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """The account, and what it is to the platform."""
        return f"{self.row.environment} ({', '.join(map(str, self.row.uses))})"
