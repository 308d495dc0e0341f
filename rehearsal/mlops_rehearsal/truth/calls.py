"""Every call of AWS that our code, functions and seeds write down, against botocore's models.

botocore's models are AWS's own description of its APIs, and no part of this platform is made from
them: an operation, a parameter or a value that they do not have is refused by AWS, often after
hours of everything else.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore import xform_name

from mlops_rehearsal.truth.clients import Scope, available, imported, made, receiver, scopes_of

PAGES: Final = ("get_paginator", "get_waiter")
OF_PAGES: Final = ("paginate", "wait")
OWN_PARAMETERS: Final = frozenset({"PaginationConfig", "WaiterConfig"})
"""What paginators and waiters take themselves (boto3, "Paginators", "Waiters")."""
OF_CLIENTS: Final = frozenset(
    {"can_paginate", "close", "download_file", "download_fileobj", "exceptions"}
    | {"generate_presigned_url", "head", "meta", "upload_file", "upload_fileobj"}
)
"""What clients have besides operations (boto3, "Clients" and "S3 customizations")."""
UNKNOWN: Final = object()
"""A value that is not written down where the call is."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, where it is written.

    Attributes:
        operation: as the API names it; empty where the service has none of this name.
        written: the name in the code.
    """

    file: Path
    line: int
    service: str
    written: str
    operation: str
    node: ast.Call

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Unfollowed:
    """A call that looks like one of AWS's, of something that is not known to be a client."""

    file: Path
    line: int
    text: str


def calls(files: Iterable[Path]) -> list[Call]:
    """Every call of an operation, paginator or waiter by a known client."""
    return [call for scope in scopes_of(files) for call in _calls(scope)]


def unfollowed(files: Iterable[Path]) -> list[Unfollowed]:
    """The calls that are written as those of AWS are, of what is not known to be a client."""
    return [
        Unfollowed(file=scope.file, line=node.lineno, text=ast.unparse(node.func))
        for scope in scopes_of(files)
        for node in scope.calls
        if isinstance(node.func, ast.Attribute)
        if _looks_like_one(node) and not _is_chained(node.func)
        if not receiver(node.func.value, scope)
        if ast.unparse(node.func.value) not in imported(scope)
    ]


def _looks_like_one(node: ast.AST) -> bool:
    """Whether a method with a name of Python has parameters with capitals, or gives pages."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    written = any(re.search(r"[A-Z]", keyword.arg or "") for keyword in node.keywords)
    return node.func.attr in PAGES or (written and node.func.attr.islower())


def _calls(scope: Scope) -> Iterator[Call]:
    for node in scope.calls:
        if not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in OF_CLIENTS or made(node):
            continue
        asked = node.func.value if _is_chained(node.func) else node
        assert isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute)
        for service in sorted(receiver(asked.func.value, scope) & available()):
            for written in _written(scope, asked, asked.func):
                yield _call(scope.file, service, node, asked.func, written)


def _written(scope: Scope, asked: ast.Call, function: ast.Attribute) -> list[str]:
    """The operation of a call; of a paginator's, each value of a loop over what is written down."""
    if function.attr not in PAGES or not asked.args:
        return [function.attr]
    name = asked.args[0]
    if isinstance(name, ast.Constant):
        return [str(name.value)]
    loops = [node for node in scope.own if isinstance(node, ast.For | ast.comprehension)]
    values = [
        value
        for loop in loops
        if ast.unparse(loop.target) == ast.unparse(name)
        if isinstance(value := _value(loop.iter), list)
    ]
    found = [str(one) for value in values for one in value if one is not UNKNOWN]
    return found or [ast.unparse(name)]


def _is_chained(function: ast.Attribute) -> bool:
    """Whether this is `client.get_paginator("...").paginate(...)`, or of a waiter."""
    inner = function.value
    return (
        function.attr in OF_PAGES
        and isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr in PAGES
    )


def _call(file: Path, service: str, node: ast.Call, function: ast.Attribute, written: str) -> Call:
    known = _waited(service) if function.attr == "get_waiter" else _operations(service)
    return Call(
        file=file,
        line=node.lineno,
        service=service,
        written=written,
        operation=known.get(written, ""),
        node=node,
    )


@cache
def model(service: str) -> Any:
    """The model of a service."""
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> dict[str, str]:
    """The operations of a service by their names in Python."""
    return {xform_name(name): name for name in model(service).operation_names}


@cache
def _waited(service: str) -> dict[str, str]:
    waiters = botocore.session.get_session().get_waiter_model(service)
    return {xform_name(name): waiters.get_waiter(name).operation for name in waiters.waiter_names}


def problems(call: Call) -> Iterator[str]:
    """What the model of the service refuses of a call."""
    function = call.node.func
    assert isinstance(function, ast.Attribute)
    if not call.operation:
        found = iter([f"has no {call.written}"])
    elif function.attr == "get_paginator" and not _has_pages(call):
        found = iter([f"has no pages of {call.written}"])
    elif function.attr in PAGES:
        return
    else:
        found = (f"{call.written} {refused}" for refused in _refused_parameters(call))
    yield from (f"{call.place}: {call.service} {refused}" for refused in found)


def _refused_parameters(call: Call) -> Iterator[str]:
    shape = model(call.service).operation_model(call.operation).input_shape
    given = {
        keyword.arg: _value(keyword.value)
        for keyword in call.node.keywords
        if keyword.arg not in OWN_PARAMETERS
    }
    members = shape.members if shape else {}
    yield from (f"has no parameter {name}" for name in set(given) - set(members) - {None})
    if None not in given:
        yield from (f"needs the parameter {name}" for name in _required(shape) - set(given))
    for name in set(given) & set(members):
        yield from (f"{name}: {found}" for found in _refused(given[name], members[name]))


def _required(shape: Any) -> set[str]:
    """What the caller gives; boto3 makes tokens of idempotency itself."""
    names = shape.required_members if shape else ()
    return {name for name in names if not shape.members[name].metadata.get("idempotencyToken")}


def _has_pages(call: Call) -> bool:
    found = botocore.session.get_session().get_paginator_model(call.service)
    try:
        found.get_paginator(call.operation)
    except ValueError:
        return False
    return True


def _value(node: ast.expr) -> Any:
    """What an expression is as far as it is written down; `UNKNOWN` for the rest."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(part) for part in node.elts]
    if isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        return dict(zip(keys, map(_value, node.values), strict=True))
    return UNKNOWN


def _refused(value: Any, shape: Any) -> Iterator[str]:
    """What a shape refuses of a value: members that it lacks, and texts that it does not allow."""
    if isinstance(value, str) and shape.type_name == "string":
        yield from _refused_text(value, shape)
    elif isinstance(value, list) and shape.type_name == "list":
        for part in value:
            yield from _refused(part, shape.member)
    elif isinstance(value, dict) and shape.type_name == "structure":
        yield from _refused_members(value, shape)
    elif value is not UNKNOWN and isinstance(value, str | list | dict):
        kinds = {"map": dict, "blob": str, "timestamp": str, "string": str}
        if not isinstance(value, kinds.get(shape.type_name, ())):
            yield f"is a {shape.type_name}"


def _refused_members(value: dict[Any, Any], shape: Any) -> Iterator[str]:
    for name in set(value) - set(shape.members) - {None}:
        yield f"has no member {name}"
    if None not in value:
        yield from (f"needs {name}" for name in _required(shape) - set(value))
    for name in set(value) & set(shape.members):
        yield from (f"{name} {found}" for found in _refused(value[name], shape.members[name]))


def _refused_text(value: str, shape: Any) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"'{value}' is none of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and value and not _matches(pattern, value):
        yield f"'{value}' does not match {pattern}"


def _matches(pattern: str, value: str) -> bool:
    """Whether a text matches; yes where Python cannot read the pattern of another language."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True
