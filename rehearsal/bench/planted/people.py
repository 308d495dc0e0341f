"""Faults of people: what they answer, deploy, destroy and write themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from mlops_commons.utilities import names
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.source_code import cloned
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.world import World

DOMAIN: Final = "mlops-infra/mlops_infra/studio/domain.py"
SIGN_IN: Final = '"AuthMode": str(studio.auth_mode)'
DECLARATION: Final = "project.yml"
LIMIT: Final = "at_most: 6.0"
TOO_STRICT: Final = "at_most: 0.1"


@contextmanager
def rejecting(world: World) -> Iterator[World]:
    """The person at an approval says no."""
    yield replace(world, approve=lambda name: Approval.REJECTED)


@contextmanager
def nobody_answers(world: World) -> Iterator[World]:
    """An approval waits until its time is over."""
    yield replace(world, approve=lambda name: Approval.EXPIRED)


@contextmanager
def other_sign_in(world: World) -> Iterator[World]:
    """A developer changes how people sign in to Studio, which a domain has from its creation."""
    file = world.checkout / DOMAIN
    before = _replaced(file, SIGN_IN, '"AuthMode": "SSO"')
    yield world
    file.write_text(before, encoding="utf-8")


def deploy_dev(world: World) -> None:
    """`cdk deploy` of dev's stack by hand."""
    _by_hand(world, "deploy", "dev", "--require-approval", "never")


@contextmanager
def destroyed_preprod(world: World) -> Iterator[World]:
    """Somebody destroys preprod's stack although a project delivers there."""
    _by_hand(world, "destroy", "preprod", "--force")
    yield world
    _by_hand(world, "deploy", "preprod", "--require-approval", "never")


def _by_hand(world: World, verb: str, stage: str, *flags: str) -> None:
    pipeline = names.pipeline_stack("infra", world.config.enabled_deployments[0].set_name)
    wrapper(
        world, f"{verb}-by-hand", "infra", verb, f"{pipeline}/{stage}/*", "--exclusively", *flags
    )


@contextmanager
def too_strict(world: World) -> Iterator[World]:
    """A data scientist demands more of the model than it can reach."""
    code = cloned(world, world.projects[0], "build")
    _replaced(code / DECLARATION, LIMIT, TOO_STRICT)
    _git(world, code, "commit", "--quiet", "--all", "--message", "Ask more of the model")
    _git(world, code, "push", "--quiet")
    yield world
    _git(world, code, "revert", "--no-edit", "HEAD")
    _git(world, code, "push", "--quiet")


def _replaced(file: Path, before: str, after: str) -> str:
    """Replace a text in a file; what stood there before."""
    text = file.read_text(encoding="utf-8")
    assert before in text, f"{file} has no {before}"
    file.write_text(text.replace(before, after), encoding="utf-8")
    return text


def _git(world: World, folder: Path, *arguments: str) -> None:
    command: list[str | Path] = ["git", *arguments]
    world.program(f"git-{arguments[0]}", command, cwd=folder, environment=world.environment())
