"""The code of functions as it is deployed, and which operations of AWS a handler reaches.

Which services have which operations is botocore's word: AWS's own description of its APIs.
"""

import ast
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore import xform_name

Files = Mapping[str, str]
"""Texts of Python files by their path within a function's archive."""
PAGES: Final = ("get_paginator", "get_waiter")


def codes(assembly: Path) -> dict[str, Files]:
    """The Python files of each asset of an assembly, by the key under which it is uploaded."""
    return {
        f"{asset.stem.removeprefix('asset.') if asset.is_file() else asset.name[6:]}.zip": found
        for asset in sorted(assembly.glob("asset.*"))
        if (found := dict(_files(asset)))
    }


def _files(asset: Path) -> Iterator[tuple[str, str]]:
    if asset.is_dir():
        for file in sorted(asset.rglob("*.py")):
            yield file.relative_to(asset).as_posix(), file.read_text(encoding="utf-8")
    elif asset.suffix == ".zip":
        with zipfile.ZipFile(asset) as archive:
            for name in archive.namelist():
                if name.endswith(".py"):
                    yield name, archive.read(name).decode()


@dataclass(frozen=True)
class Operation:
    """An operation of one of the services of which a handler makes clients."""

    services: tuple[str, ...]
    written: str


def has_handler(files: Files, handler: str) -> bool:
    """Whether a function of this name is in the code."""
    module, _, name = handler.rpartition(".")
    file = f"{module.replace('.', '/')}.py"
    return file in files and name in _definitions(files[file])


def operations(files: Files, handler: str) -> list[Operation]:
    """What a handler and everything that it uses may call; each operation once."""
    module, _, name = handler.rpartition(".")
    reached = list(_reached(files, f"{module.replace('.', '/')}.py", name))
    named = {
        node.value
        for body in reached
        for node in ast.walk(body)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    services = tuple(sorted(named & _services()))
    written = dict.fromkeys(text for body in reached for text in _written(body))
    found = [
        Operation(tuple(s for s in services if text in _operations(s)), text) for text in written
    ]
    return [operation for operation in found if operation.services]


def variables(files: Files, handler: str) -> set[str]:
    """The variables of its environment without which a handler fails: `os.environ[...]`."""
    module, _, name = handler.rpartition(".")
    return {
        node.slice.value
        for body in _reached(files, f"{module.replace('.', '/')}.py", name)
        for node in ast.walk(body)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ"
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    }


def action_of(service: str, written: str) -> str:
    """The name of an operation as botocore has it, behind the prefix that signs its calls."""
    model = _model(service)
    prefix = model.metadata.get("signingName", model.metadata["endpointPrefix"])
    return f"{prefix}:{_operations(service)[written]}"


def _written(body: ast.AST) -> Iterator[str]:
    """Each attribute that is used, and the names of what is waited for or read in pages."""
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute):
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr in PAGES and isinstance(first, ast.Constant):
                yield str(first.value)


def _reached(files: Files, file: str, name: str) -> Iterator[ast.AST]:
    """The definitions at the top of files that a function uses, however far away."""
    waiting, seen = [(file, name)], set()
    while waiting:
        at = waiting.pop()
        if at in seen or at[0] not in files:
            continue
        seen.add(at)
        body = _definitions(files[at[0]]).get(at[1])
        if body is None:
            continue
        yield body
        imported = _imports(files[at[0]], at[0])
        for used in ast.walk(body):
            if isinstance(used, ast.Name):
                waiting.append(imported.get(used.id, (at[0], used.id)))
            elif isinstance(used, ast.Attribute) and isinstance(used.value, ast.Name):
                module, inner = imported.get(used.value.id, ("", ""))
                waiting.append((_submodule(module, inner), used.attr))


def _submodule(file: str, name: str) -> str:
    """The file of a module that was imported from a package."""
    folder = file.removesuffix("__init__.py")
    return f"{folder}{name}.py" if file.endswith("__init__.py") else file


@cache
def _definitions(text: str) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


@cache
def _imports(text: str, file: str) -> dict[str, tuple[str, str]]:
    """By the name in this file: the file from which it is imported, and its name there."""
    folder = file.rpartition("/")[0]
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            module = f"{node.module}.py" if node.module else "__init__.py"
            for alias in node.names:
                at = f"{folder}/{module}" if folder else module
                found[alias.asname or alias.name] = (at, alias.name)
    return found


@cache
def _services() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_services())


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in _model(service).operation_names}
