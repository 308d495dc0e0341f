"""What an organization prescribes for every account: the types, and every default once.

The keys of the block `org` in `cdk-app.yml` fill the fields of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

HERE: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/"


class BoundaryMode(StrEnum):
    """What becomes of the platform's own boundaries: a role can have one."""

    REPLACE = "replace"
    COMPOSE = "compose"


@dataclass(frozen=True, kw_only=True)
class OrgBoundary:
    """The permissions boundary that the organization wants on roles.

    Attributes:
        name: of the policy, with its path, in each account.
        projects: whether people, projects and what they deploy have it in place of the platform's
            boundaries, or have the platform's with the organization's denials in them.
        denials: the denying statements of its document, as IAM writes them.
    """

    name: str
    projects: BoundaryMode = BoundaryMode.COMPOSE
    denials: tuple[Mapping[str, Any], ...] = ()

    @property
    def arn(self) -> str:
        """The policy of the account in which it is asked for, in the words of `Fn::Sub`."""
        return f"{HERE}{self.name}"

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of the platform's own boundaries."""
        return self.projects is BoundaryMode.REPLACE


@dataclass(frozen=True, kw_only=True)
class Organization:
    """What holds in every account of the platform; nothing by default."""

    permissions_boundary: OrgBoundary | None = None

    @property
    def boundary_name(self) -> str:
        """The name of the boundary that each role has at least; empty for none."""
        return self.permissions_boundary.name if self.permissions_boundary else ""

    @property
    def replaces_boundaries(self) -> bool:
        """Whether the platform's own boundaries make way for the organization's."""
        return bool(self.permissions_boundary and self.permissions_boundary.replaces)


NO_ORGANIZATION: Final = Organization()
