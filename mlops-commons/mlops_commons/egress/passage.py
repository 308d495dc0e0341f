"""One thing that a VPC endpoint lets pass: a statement of its policy, as a row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PERIMETER: Final = (
    "AWS's data-perimeter-policy-examples, service_owned_resources.md and vpc_endpoint_policies"
)
TESTS: Final = (
    "integration tests run in the dev account's VPC with a role of the stage that they test"
)


class Sender(StrEnum):
    """Whose credentials sign a request."""

    OWN = "principals of this account"
    TESTS = "test roles of the set's other stages"
    AWS_SERVICE = "services of AWS"
    ANYONE = "anyone"


class Owner(StrEnum):
    """Whose resource a request is about."""

    OWN = "this account"
    DEV = "the set's dev account"
    TESTED = "the set's other stages"
    TRUSTED = "accounts in `trusted_accounts`"
    ORGANIZATION = "the organization in `trusted_organization`"
    IMAGES = "AWS's image accounts"
    NAMED = "named resources"


class Switch(StrEnum):
    """A key of a network without which a passage is closed."""

    CUSTOM_RESOURCES = "custom_resources"
    PACKAGE_PUBLISHING = "package_publishing"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One statement: what an endpoint lets pass besides refusing everything else.

    Attributes:
        resources: ARNs with `{partition}`, `{region}`, `{compact_region}` and `{account}`; for
            `Owner.TESTED`, `{tested}` stands for each of the accounts and `{test_roles}` for the
            roles of projects' tests in it.
        reason: what needs it, with AWS's page.
        switch: empty for a passage that needs no key of the configuration.
    """

    sid: str
    actions: tuple[str, ...]
    sender: Sender = Sender.OWN
    owner: Owner = Owner.OWN
    resources: tuple[str, ...] = ("*",)
    reason: str
    switch: Switch | None = None
