"""Whether the organization's existing keys are there and can encrypt.

Each is looked at once: from its own account where the platform is in it, else from the first place
that uses it.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.key_places import Place, places_of
from mlops_commons.doctor.finding import OWNERS, Finding, Level
from mlops_commons.organization import KeyPurpose

NAME: Final = "write the ARN of an enabled key for symmetric encryption into org.keys"
WANTED: Final = {
    "KeyState": "Enabled",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
}
"""CloudWatch Logs, Amazon SNS and Amazon EBS take symmetric keys only (their guides)."""
UNREADABLE: Final = "AccessDeniedException"
GONE: Final = "NotFoundException"


def look_at_keys(
    area: str, row: BootstrapRow, kms: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the keys that this account and region look at; none without `org.keys`.

    Args:
        kms: a client that is signed in there.

    Raises:
        ClientError: a call fails for another reason than missing permissions.
    """
    for arn in sorted(_keys_of((row.account, row.region), config)):
        yield _finding(area, arn, kms)


def _keys_of(place: Place, config: PlatformConfig) -> set[str]:
    """The keys that are looked at from a place."""
    users: dict[str, set[Place]] = {}
    for purpose in KeyPurpose if config.org.keys else ():
        for used_in in places_of(config, purpose):
            arn = config.org.key_arn(purpose, *used_in)
            if arn:
                users.setdefault(arn, set()).add(used_in)
    return {
        arn
        for arn, places in users.items()
        if place == min(places, key=lambda found: (found[0] != arn.split(":")[4], found))
    }


def _finding(area: str, arn: str, kms: Any) -> Finding:
    from botocore.exceptions import ClientError

    try:
        found = kms.describe_key(KeyId=arn)["KeyMetadata"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == UNREADABLE:
            message = f"the key {arn} cannot be read from here: only its owners see its state"
            return Finding(level=Level.UNCHECKED, area=area, message=message, remedy=OWNERS)
        if code != GONE:
            raise
        return Finding(level=Level.ERROR, area=area, message=f"there is no key {arn}", remedy=NAME)
    wrong = [f"{key} {found[key]}" for key, wanted in WANTED.items() if found[key] != wanted]
    if wrong:
        message = f"the key {arn} has {', '.join(wrong)}, and nothing is encrypted with that"
        return Finding(level=Level.ERROR, area=area, message=message, remedy=NAME)
    return Finding(level=Level.OK, area=area, message=f"the key {arn} can encrypt")
