"""What this emulator makes and asks, as JSON: told by the registered functions and their code.

echo '["AWS::S3::Bucket"]' | python -m ministack_aws.inventory
"""

import ast
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ministack_aws import api
from ministack_aws.__main__ import register
from ministack_aws.access.deeds import DEEDS
from ministack_aws.cloudformation.permissions import required_actions
from ministack_aws.engine import application, cloudformation, iam
from ministack_aws.engine.types import Properties

HERE: Final = Path(__file__).parent
REGION: Final = "eu-west-1"
RECORDS: Final = "ministack_aws.cloudformation.records"
SAME_FOR_ALL: Final = ("ministack_aws.cloudformation.validation", RECORDS)
"""What every type passes tells nothing of one of them."""
ROOMS: Final = ("delivery", "network", "sagemaker")
"""Where services of the emulator read what stacks have made."""
ASKING: Final = ("ministack_aws.access", "ministack_aws.cloudformation.service_role")
"""Whoever imports these asks permissions of what it does, or acts with the role of somebody."""
BY_PATH: Final = {"s3": "S3", "lambda": "Lambda"}
"""Services whose calls are told by their path: MiniStack's module of actions names them."""


def told_of(resource_type: str, resources: Sequence[Properties]) -> dict[str, Any]:
    """Who makes a type, what looks at it, and which permissions these resources take."""
    handlers = cloudformation.resource_handlers().get(resource_type, {})
    modules = {name for handle in handlers.values() for name in _wrapped(handle)}
    actions = {
        action
        for properties in resources
        for operation in ("create", "update", "delete")
        for action in required_actions(REGION, resource_type, operation, properties)
    }
    return {
        "known": bool(handlers),
        "record": RECORDS in modules,
        "passes": sorted(modules - set(SAME_FOR_ALL)),
        "players": sorted(players(resource_type)),
        "actions": sorted(actions),
    }


def _wrapped(function: Any) -> Iterator[str]:
    """The modules of a function and of those that it was wrapped around."""
    if not hasattr(function, "__globals__"):
        return
    yield function.__globals__["__name__"]
    for cell in function.__closure__ or ():
        yield from _wrapped(cell.cell_contents)


def players(resource_type: str) -> Iterator[str]:
    """The services here that read what a stack has made of a type, and ask permissions."""
    for file in (file for room in ROOMS for file in sorted((HERE / room).glob("*.py"))):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        imports = [f"{n.module}.{alias.name}" for n in froms for alias in n.names]
        if resource_type in _texts(tree) and any(name.startswith(ASKING) for name in imports):
            yield f"{file.parent.name}.{file.stem}"


def _texts(tree: ast.AST) -> set[str]:
    nodes = ast.walk(tree)
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def operations() -> dict[str, list[str]]:
    """By the namespace of IAM, what the code of a service names: operations are among it."""
    found: dict[str, set[str]] = {}
    for name, serve in application.services().items():
        names = found.setdefault(iam.namespaces().get(name, name), set())
        if name in api.SERVICES:
            names |= {*api.SERVICES[name].OPERATIONS}
        else:
            names.update(*(_names(file) for file in _files(serve)))
    (actions,) = _files_of("ministack.core.iam_actions")
    for name in BY_PATH:
        found[name] |= _names(actions)
    return {name: sorted(filter(str.isidentifier, names)) for name, names in found.items()}


def _files(serve: Callable[..., Any]) -> list[Path]:
    """The sources of a service, which MiniStack imports when it is called first."""
    cells = [cell.cell_contents for cell in serve.__closure__ or ()]
    modules = [name for name in cells if isinstance(name, str)]
    return [file for name in modules for file in _files_of(f"ministack.services.{name}")]


def _files_of(module: str) -> list[Path]:
    found = find_spec(module)
    if found is None or found.origin is None:
        return []
    file = Path(found.origin)
    return sorted(file.parent.glob("*.py")) if file.name == "__init__.py" else [file]


def _names(file: Path) -> set[str]:
    """Strings, and functions as operations are written: `_create_key` is `CreateKey`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    written = {node.name for node in ast.walk(tree) if isinstance(node, functions)}
    return _texts(tree) | {
        "".join(part.capitalize() for part in name.strip("_").split("_")) for name in written
    }


def main() -> None:
    """Print what is told of the resources that come in by their types."""
    register()
    deeds = [
        {"action": action, "deed": f"{deed.service}: {deed.deed}"}
        for deed in DEEDS
        for action, _ in deed.permissions
    ]
    types = {name: told_of(name, found) for name, found in json.load(sys.stdin).items()}
    told = {"types": types, "deeds": deeds, "operations": operations()}
    sys.stdout.write(json.dumps(told, sort_keys=True))


if __name__ == "__main__":
    main()
