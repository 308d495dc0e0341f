"""What tells the apps apart where they are delivered."""

from collections.abc import Callable
from dataclasses import dataclass

import aws_cdk as cdk
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class DeliveredApp:
    """A CDK app of this repository.

    Attributes:
        name: its name on the command line and in physical names, such as `infra`.
        title: the beginning of the descriptions of its stacks.
        directory: its folder in the repository.
        content: what its repository holds, for the repository's description.
    """

    name: str
    title: str
    directory: str
    content: str

    @property
    def synth_commands(self) -> tuple[str, ...]:
        """What the pipeline runs at the root of the repository: the assembly, then its gate."""
        wrapper = "bash mlops-multi-account.sh"
        return (f"{wrapper} {self.name} synth --force --quiet", f"{wrapper} check {self.name}")


@dataclass(frozen=True, kw_only=True)
class DeliveredStage:
    """A stage of the pipeline: how to make it, and whether a person approves first.

    Attributes:
        comment: what the person reads who approves; such as that nobody is asked afterwards.
    """

    create: Callable[[Construct], cdk.Stage]
    manual_approval: bool
    comment: str = ""
