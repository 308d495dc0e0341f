"""What an organization prescribes for every account: the types, and every default once.

The keys of the block `org` in `cdk-app.yml` fill the fields of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

HERE: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/"


@dataclass(frozen=True, kw_only=True)
class OrgBoundary:
    """The permissions boundary that the organization wants on roles.

    Attributes:
        name: of the policy, with its path, in each account.
        denials: the denying statements of its document, as IAM writes them; the platform's own
            boundaries deny them too.
    """

    name: str
    denials: tuple[Mapping[str, Any], ...] = ()

    @property
    def arn(self) -> str:
        """The policy of the account in which it is asked for, in the words of `Fn::Sub`."""
        return f"{HERE}{self.name}"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """What holds in every account of the platform; nothing by default.

    Attributes:
        required_tags: keys without which nothing is created, what people launch included.
    """

    permissions_boundary: OrgBoundary | None = None
    required_tags: tuple[str, ...] = ()

    @property
    def boundary_name(self) -> str:
        """The name of the boundary that each role has at least; empty for none."""
        return self.permissions_boundary.name if self.permissions_boundary else ""


NO_ORGANIZATION: Final = Organization()
