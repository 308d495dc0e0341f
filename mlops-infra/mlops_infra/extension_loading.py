"""What users add to a stage's stack: every extension, found in its folder and called in order."""

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.grants import acknowledge_grants
from mlops_infra.infra_stack import InfraStack

PACKAGE: Final = "mlops_infra.extensions"
GUIDE: Final = "docs/how-to/add-your-own-resources.md"


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
        PlatformError: an extension cannot be imported, has no `add`, or fails; with file and line.
    """
    for name, add in _extensions():
        try:
            add(stack, stage)
        except PlatformError:
            raise
        except Exception as error:
            what = f"extension '{name}' has failed in stage '{stage.name}'"
            raise _reported(what, error, name) from error
    if stage.has_studio:
        for key in Persona:
            acknowledge_grants(*stack.roles(key))


def _extensions() -> Iterator[tuple[str, Add]]:
    folders = importlib.import_module(PACKAGE).__path__
    for name in sorted(found.name for found in pkgutil.iter_modules(folders)):
        if not name.startswith("_"):
            yield name, _add_of(name)


def _add_of(name: str) -> Add:
    try:
        module = importlib.import_module(f"{PACKAGE}.{name}")
    except Exception as error:
        raise _reported(f"extension '{name}' cannot be imported", error, name) from error
    add: Any = getattr(module, "add", None)
    if not callable(add):
        raise PlatformError(
            f"{module.__file__}: extension '{name}' has no function 'add'",
            hint=f"define 'def add(stack, stage):' in it, or rename it to '_{name}.py' ({GUIDE})",
        )
    found: Add = add
    return found


def _reported(what: str, error: Exception, name: str) -> PlatformError:
    reason = (str(error).splitlines() or [""])[0]
    return PlatformError(
        f"{_place(error, name)}: {what}: {type(error).__name__}: {reason}",
        hint=f"correct the file, or take it out of its folder ({GUIDE})",
    )


def _place(error: Exception, name: str) -> str:
    """File and line in the extension itself, not in the library that it called."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    folders = [Path(folder) for folder in importlib.import_module(PACKAGE).__path__]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if any(Path(frame.filename).is_relative_to(folder) for folder in folders):
            return f"{frame.filename}:{frame.lineno}"
    return str(folders[0] / f"{name}.py")
