"""A product's `product.py`: imported, checked, and its problems named with file and line."""

import ast
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cdk_service_catalog.project.definition import (
    CatalogueEntry,
    ProductDefinition,
    StackProduct,
)

FILE: Final = "product.py"
VARIABLE: Final = "PRODUCT"


class ProductFile:
    """The definition in a file, with every problem that it has.

    Attributes:
        definition: `PRODUCT`, or none where the file has none.
        problems: each begins with the file and, where there is one, the line.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines: dict[str, int] = {}
        self.problems: list[str] = []
        self.definition = self._read() if file.is_file() else None
        if not file.is_file():
            self.add("there is no such file; it declares the product")

    def add(self, problem: str, field: str = "") -> None:
        """Note a problem, at the line of a field of `PRODUCT`."""
        line = self._lines.get(field or VARIABLE)
        self.problems.append(f"{self._file}{f':{line}' if line else ''}: {problem}")

    def _read(self) -> CatalogueEntry | None:
        try:
            self._lines = dict(_lines(ast.parse(self._file.read_text(encoding="utf-8"))))
            found = getattr(_load(self._file), VARIABLE, None)
        # Whatever a product's module does wrong is its own problem.
        except (Exception, SystemExit) as error:
            self._lines[VARIABLE] = _line_of(error, self._file)
            self.add(f"cannot be imported: {type(error).__name__}: {_message(error)}")
            return None
        if not isinstance(found, ProductDefinition | StackProduct):
            self.add(f"{VARIABLE} is {found!r}; allowed: a ProductDefinition, or a StackProduct")
            return None
        for field, problem in found.problems().items():
            self.add(problem, field)
        self._check_stack(found)
        return found if found.names_layers() else None

    def _check_stack(self, definition: ProductDefinition | StackProduct) -> None:
        if definition.stack is None:
            return
        # Only here: the definitions of standard projects are read without the CDK.
        from cdk_service_catalog.project.product_stack import ProductStack
        from cdk_service_catalog.project.project_stack import ProjectStack

        standard = isinstance(definition, ProductDefinition)
        wanted = ProjectStack if standard else ProductStack
        stack: object = definition.stack
        if not (isinstance(stack, type) and issubclass(stack, wanted)):
            self.add(f"'stack' is {stack!r}; allowed: a subclass of {wanted.__name__}", "stack")
        elif not standard and issubclass(stack, ProjectStack):
            self.add(
                "'stack' is a subclass of ProjectStack, which needs a ProductDefinition; "
                "allowed here: a subclass of ProductStack",
                "stack",
            )


def _lines(module: ast.Module) -> Iterator[tuple[str, int]]:
    """The lines of `PRODUCT` and of its arguments."""
    for statement in module.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == VARIABLE for target in targets):
            yield VARIABLE, statement.lineno
            assert isinstance(statement, ast.Assign)
            if isinstance(statement.value, ast.Call):
                for keyword in statement.value.keywords:
                    yield str(keyword.arg), keyword.lineno


def _line_of(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if Path(frame.filename) == file]
    return own[-1] if own and own[-1] else 1


def _message(error: BaseException) -> str:
    return re.sub(r" \((product\.py|<unknown>), line \d+\)$", "", str(error))


def _load(file: Path) -> Any:
    """Import a module by its file: a product may be in any folder, in no package."""
    name = f"product_{file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module
