"""Checkouts in which `bootstrap` starts a CDK CLI of the test's own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from command_lines import command_line
from one_account_set import DEFAULTS, ONE_SET

from mlops_rehearsal.world.checkout import write_checkout

NOTE = "console.log(process.argv.slice(2).join(' '));"
"""A CDK CLI that prints its arguments."""


def without_cdk(folder: Path, setting: str, accounts: Mapping[str, str] | None = None) -> Path:
    """A checkout of one account set with a line in each `bootstrap` section, and no CDK CLI.

    Args:
        accounts: ids in place of placeholders; those that are not named get others.
    """
    lines = []
    for line in ONE_SET.splitlines():
        lines.append(line)
        if line.strip() == "bootstrap:":
            lines.append(" " * (len(line) - len(line.lstrip()) + 2) + setting)
    text = "\n".join(lines) + "\n"
    for placeholder, account in (accounts or {}).items():
        text = text.replace(placeholder, account)
    file = folder / "cdk-app.yml"
    file.write_text(text)
    infra = folder / "cdk-infra-app.yml"
    infra.write_text(DEFAULTS)
    root = folder / "checkout"
    write_checkout(root, file, infra)
    (root / "node_modules").unlink()
    return root


def give_cdk(root: Path, program: str) -> None:
    """Put a CDK CLI where the pinned one belongs."""
    file = root / "node_modules" / "aws-cdk" / "bin" / "cdk"
    file.parent.mkdir(parents=True)
    file.write_text(program)


def bootstrap(
    root: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the verb in a checkout."""
    return command_line(root, "bootstrap", *arguments, environment=environment)


def noted(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """What the CDK CLI was started with."""
    return [line for line in done.stdout.splitlines() if line.startswith("bootstrap aws://")]
