"""How an account is bootstrapped, and what happens to what a stack held."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mlops_commons.utilities.toolkit import DEFAULT, Toolkit


class RemovalPolicy(StrEnum):
    """What happens to stateful resources when a stack is deleted."""

    RETAIN = "retain"
    DESTROY = "destroy"


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """How an account is bootstrapped; `execution_policy_arn` is empty where none is named."""

    enabled: bool = True
    aws_profile: str
    execution_policy_filepath: Path
    execution_policy_arn: str = ""
    toolkit: Toolkit = DEFAULT
