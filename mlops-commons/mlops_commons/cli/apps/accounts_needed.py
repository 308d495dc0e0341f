"""Verbs that change accounts refuse the sample's placeholders."""

from typing import TYPE_CHECKING

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG

if TYPE_CHECKING:
    from mlops_commons.config import PlatformConfig


def refuse_placeholder_accounts(verb: str, config: "PlatformConfig") -> None:
    """End a verb that needs accounts of the user's own.

    Raises:
        PlatformError: the configuration names accounts of the shipped sample.
    """
    from mlops_commons.config import placeholder_accounts

    found = placeholder_accounts(config)
    if found:
        raise PlatformError(
            f"'{verb}' needs real accounts, but these ids are the sample's placeholders: "
            + ", ".join(found),
            hint=f"fill in your account ids: ./mlops-multi-account.sh config; they stand in "
            f"{CDK_APP_CONFIG}",
        )
