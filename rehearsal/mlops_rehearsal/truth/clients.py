"""Which names in our code are clients of which AWS service: followed from where they are made.

A client is made by `.client("<service>")`; from there it is followed through assignments, `for`
loops, dictionaries with literal keys, and into the parameters of the functions that get it.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import botocore.session

Function = ast.FunctionDef | ast.AsyncFunctionDef
ANY: Final = "*"
"""The key of a dictionary whose values are all clients of one service."""


@dataclass
class Scope:
    """A function, or the part of a module outside of functions.

    Attributes:
        clients: services by the name of a variable or by `name[key]`.
    """

    file: Path
    node: Function | ast.Module
    outer: "Scope | None" = None
    clients: dict[str, set[str]] = field(default_factory=dict)

    def services(self, name: str) -> set[str]:
        """The services that a name may be a client of."""
        found = self.clients.get(name, set())
        return found or (self.outer.services(name) if self.outer else set())

    @cached_property
    def own(self) -> list[ast.AST]:
        """Its nodes, without those of functions in it."""
        waiting: list[ast.AST] = [*ast.iter_child_nodes(self.node)]
        found: list[ast.AST] = []
        while waiting:
            node = waiting.pop()
            found.append(node)
            if not isinstance(node, Function):
                waiting += ast.iter_child_nodes(node)
        return found

    @cached_property
    def assignments(self) -> list[ast.Assign]:
        """Those of its nodes that give a name to a value."""
        return [node for node in self.own if isinstance(node, ast.Assign)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Those of its nodes that call something."""
        return [node for node in self.own if isinstance(node, ast.Call)]


def scopes_of(files: Iterable[Path]) -> list[Scope]:
    """Every scope of the files, with the clients that are known in it."""
    found = [scope for file in files for scope in _scopes(file, ast.parse(file.read_text("utf-8")))]
    by_name: dict[str, list[Scope]] = {}
    for scope in found:
        if isinstance(scope.node, Function):
            by_name.setdefault(scope.node.name, []).append(scope)
    while any([_follow(scope, by_name) for scope in found]):
        pass
    return found


def _scopes(file: Path, node: Function | ast.Module, outer: Scope | None = None) -> Iterator[Scope]:
    scope = Scope(file, node, outer)
    yield scope
    for inner in scope.own:
        if isinstance(inner, Function):
            yield from _scopes(file, inner, scope)


def _follow(scope: Scope, functions: Mapping[str, list[Scope]]) -> bool:
    """Learn what the scope tells; whether anything was new."""
    news = [_assigned(scope, node) for node in scope.assignments]
    for call in scope.calls:
        news += [_passed(scope, call, called) for called in _called(scope, call, functions)]
    return any(news)


def _called(scope: Scope, call: ast.Call, functions: Mapping[str, list[Scope]]) -> list[Scope]:
    """The functions that a call may mean: those of the module it names, else of its own file."""
    found = functions.get(_last_name(call.func), [])
    named = _name(call.func).partition(".")[0] if isinstance(call.func, ast.Attribute) else ""
    of_module = [other for other in found if other.file.stem == named]
    return of_module or [other for other in found if other.file == scope.file] or found


def _assigned(scope: Scope, node: ast.Assign) -> bool:
    targets = [t for target in node.targets for t in _parts(target)]
    values = _parts(node.value)
    if len(values) not in (1, len(targets)):
        return False
    pairs = zip(targets, values * (len(targets) if len(values) == 1 else 1), strict=True)
    return any([_learn(scope, _name(target), value, scope) for target, value in pairs])


def _passed(scope: Scope, call: ast.Call, called: Scope) -> bool:
    if not isinstance(called.node, Function):
        return False
    names = [a.arg for a in (*called.node.args.posonlyargs, *called.node.args.args)]
    own = names[1:] if names[:1] in (["self"], ["cls"]) else names
    given = [*zip(own, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
    return any([_learn(called, name or "", value, scope) for name, value in given])


def _learn(to: Scope, name: str, value: ast.expr, scope: Scope) -> bool:
    news = False
    for key, services in _clients(value, scope).items():
        known = to.clients.setdefault(f"{name}{key}", set()) if name else services
        news = news or not services <= known
        known |= services
    return news


def _clients(value: ast.expr, scope: Scope) -> dict[str, set[str]]:
    """The services of an expression by the end of their name: empty, or `[key]` of a dictionary."""
    service = made(value)
    if service:
        return {"": {service}}
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return {
            f"[{key.value!s}]": found
            for key, part in pairs
            if isinstance(key, ast.Constant) and (found := _clients(part, scope).get("", set()))
        }
    if isinstance(value, ast.DictComp):
        return {f"[{ANY}]": services} if (services := _clients(value.value, scope).get("")) else {}
    name = _name(value)
    inside = {
        known.removeprefix(name): services
        for known, services in scope.clients.items()
        if name and known.startswith(f"{name}[")
    }
    return {**inside, "": receiver(value, scope)}


def made(value: ast.expr) -> str:
    """The service of `<something>.client("<service>", ...)`; empty for anything else."""
    if not (isinstance(value, ast.Call) and value.args and _last_name(value.func) == "client"):
        return ""
    first = value.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def receiver(value: ast.expr, scope: Scope) -> set[str]:
    """The services that the receiver of a call may be a client of."""
    if not isinstance(value, ast.Subscript):
        return {made(value)} - {""} or scope.services(_name(value))
    literal = {str(value.slice.value)} if isinstance(value.slice, ast.Constant) else set()
    of_any = scope.services(f"{ast.unparse(value.value)}[{ANY}]")
    return scope.services(_name(value)) or literal & available() or of_any


def imported(scope: Scope) -> set[str]:
    """The names that the file of a scope imports: modules and classes are no clients."""
    nodes = ast.walk(ast.parse(scope.file.read_text(encoding="utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


@cache
def available() -> frozenset[str]:
    """The services that botocore has a model of."""
    return frozenset(botocore.session.get_session().get_available_services())


def _name(value: ast.expr) -> str:
    if isinstance(value, ast.Name | ast.Attribute):
        return ast.unparse(value)
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return f"{ast.unparse(value.value)}[{value.slice.value!s}]"
    return ""


def _parts(value: ast.expr) -> list[ast.expr]:
    return [*value.elts] if isinstance(value, ast.Tuple | ast.List) else [value]


def _last_name(value: ast.expr) -> str:
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""
