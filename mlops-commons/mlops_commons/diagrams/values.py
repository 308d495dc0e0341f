"""The text that a template's value comes to in a picture."""

from collections.abc import Mapping
from typing import Any, Final

from mlops_commons.assembly import intrinsics

ZONES: Final = tuple(f"zone {number}" for number in range(1, 7))


def text(value: Any, variables: Mapping[str, str]) -> str:
    """What a value comes to; what only AWS knows stays as its logical id.

    Args:
        variables: values of parameters and pseudo parameters, such as `AWS::AccountId`.
    """
    return intrinsics.text(value, intrinsics.Scope(values=variables, zones=ZONES))
