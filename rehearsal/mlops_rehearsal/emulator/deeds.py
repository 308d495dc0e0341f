"""What a player of a service does with a role, as the emulator's table of deeds names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A deed of `ministack_aws/access/deeds.py` that is to be done.

    Attributes:
        resources: ARNs under the names that the deed's permissions have.
        source: the ARN of the resource for which the service acts.
    """

    account: str
    region: str
    service: str
    deed: str
    role: str
    resources: Mapping[str, Sequence[str]]
    context: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
