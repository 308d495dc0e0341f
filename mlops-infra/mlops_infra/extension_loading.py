"""What users add to a stage's stack: every extension, found in its folder and called in order."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.grants import acknowledge_grants, check_grants
from mlops_infra.extension_problems import GUIDE, blamed_on_extension, check_folder, line_of
from mlops_infra.infra_stack import InfraStack

PACKAGE: Final = "mlops_infra.extensions"
SIGNATURE: Final = "def add(stack, stage):"
LATER: Final = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
)
"""Functions whose call does nothing yet."""


@dataclass(frozen=True, kw_only=True)
class StageFacts:
    """The stage that an extension adds to.

    Attributes:
        name: such as `dev`; `if stage.name == "dev"` keeps an extension out of the others.
        account, region: where the stack is deployed.
        set_name: the account set.
        tags: what every resource of the stage carries already.
        has_studio: whether the personas have roles here.
    """

    name: str
    account: str
    region: str
    set_name: str
    tags: Mapping[str, str]
    has_studio: bool


Add = Callable[[InfraStack, StageFacts], object]


def extend(stack: InfraStack, stage: StageFacts) -> None:
    """Let every extension add its constructs, sorted by name.

    Raises:
        PlatformError: an extension cannot be imported, has no `add` that takes a stack and a
            stage, or fails; with file and line.
    """
    extensions = list(_extensions())
    before = {child.node.id for child in stack.node.children} if extensions else set()
    for name, add in extensions:
        with blamed_on_extension(name, f"has failed in stage '{stage.name}'", _folders()):
            add(stack, stage)
            if stage.has_studio:
                check_grants(*(role for key in Persona for role in stack.roles(key)))
    if stage.has_studio:
        children = stack.node.children if extensions else ()
        added = [child for child in children if child.node.id not in before]
        for key in Persona:
            acknowledge_grants(*stack.roles(key), beside=added)


def _folders() -> list[Path]:
    return [Path(folder) for folder in importlib.import_module(PACKAGE).__path__]


def _extensions() -> Iterator[tuple[str, Add]]:
    folders = _folders()
    for folder in folders:
        check_folder(folder)
    for name in sorted(found.name for found in pkgutil.iter_modules(map(str, folders))):
        if not name.startswith("_"):
            yield name, _add_of(name)


def _add_of(name: str) -> Add:
    with blamed_on_extension(name, "cannot be imported", _folders()):
        module = importlib.import_module(f"{PACKAGE}.{name}")
    add: Any = getattr(module, "add", None)
    if not callable(add):
        raise PlatformError(
            f"{module.__file__}: extension '{name}' has no function 'add'",
            hint=f"define '{SIGNATURE}' in it, or let its name begin with '_' ({GUIDE})",
        )
    wrong = _why_not_called(add)
    if wrong:
        raise PlatformError(
            f"{module.__file__}:{line_of(add)}: extension '{name}': {wrong}",
            hint=f"write '{SIGNATURE}' ({GUIDE})",
        )
    found: Add = add
    return found


def _why_not_called(add: Callable[..., object]) -> str:
    """Why a call with a stack and a stage would fail, or do nothing."""
    if any(is_later(add) for is_later in LATER):
        return "'add' is a coroutine or a generator, which a call does not run; allowed: a function"
    try:
        signature = inspect.signature(add)
    except (TypeError, ValueError):  # something that is not written in Python
        return ""
    try:
        signature.bind(None, None)
    except TypeError:
        return f"'add' takes {signature}; allowed: (stack, stage)"
    return ""
