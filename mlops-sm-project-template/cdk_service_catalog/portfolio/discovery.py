"""The products: every folder with a `product.py`, checked before anything is made."""

import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk_service_catalog.project.definition import ProductDefinition
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.snapshot import Snapshot, layered, left_out

PACKAGE: Final = Path(__file__).resolve().parents[1]
PRODUCTS: Final = PACKAGE / "products"
SEED_BASES: Final = PACKAGE / "seed_bases"
SLUG: Final = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
NEEDED: Final = {
    "build_app": ("README.md", "buildspec.yml"),
    "deploy_app": ("README.md", "buildspec.yml", "buildspec.test.yml"),
}
"""What the pipelines of a project look for in each repository."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product: its definition and the content of the two repositories.

    Attributes:
        slug: the folder's name.
    """

    slug: str
    definition: ProductDefinition
    build_seed: Snapshot
    deploy_seed: Snapshot


def discover(products: Path = PRODUCTS, bases: Path = SEED_BASES) -> tuple[Product, ...]:
    """Every product, by slug.

    Args:
        products: a folder with one folder for each product.
        bases: the seed bases that definitions name as layers.

    Raises:
        PlatformError: a product is not well formed; all problems of all products are named.
    """
    problems: list[str] = []
    found = [
        product
        for folder in sorted(_folders(products))
        if (product := _product(folder, bases, problems))
    ]
    names = [product.definition.name for product in found]
    problems += [
        f"{products}: two products have the name '{name}'"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    if not found and not problems:
        problems.append(f"{products}: no folder has a product.py")
    if problems:
        raise PlatformError(
            "the products cannot be read:\n  " + "\n  ".join(problems),
            hint="see 'Add a product' in mlops-sm-project-template/README.md",
        )
    return tuple(found)


def _folders(products: Path) -> Iterator[Path]:
    for entry in products.iterdir() if products.is_dir() else ():
        if entry.is_dir() and entry.name != "__pycache__" and not entry.name.startswith("."):
            yield entry


def _product(folder: Path, bases: Path, problems: list[str]) -> Product | None:
    own: list[str] = []
    if not re.fullmatch(SLUG, folder.name):
        own.append("a folder's name is lower-case words joined by '_'")
    definition = _definition(folder, own)
    if definition is not None:
        own += definition.problems()
        build = _seed(folder / "seed_code" / "build_app", definition.build_layers, bases, own)
        deploy = _seed(folder / "seed_code" / "deploy_app", definition.deploy_layers, bases, own)
        if definition.image_repository and build and "buildspec.image.yml" not in _names(build):
            own.append("'image_repository' is set, but build_app has no buildspec.image.yml")
    problems += [f"{folder}: {problem}" for problem in own]
    if own or definition is None or build is None or deploy is None:
        return None
    return Product(slug=folder.name, definition=definition, build_seed=build, deploy_seed=deploy)


def _definition(folder: Path, problems: list[str]) -> ProductDefinition | None:
    file = folder / "product.py"
    if not file.is_file():
        problems.append("there is no product.py")
        return None
    try:
        found = getattr(_load(file), "PRODUCT", None)
    except Exception as error:  # whatever a product's module does wrong is that product's problem
        problems.append(f"product.py cannot be imported: {type(error).__name__}: {error}")
        return None
    if not isinstance(found, ProductDefinition):
        problems.append(f"PRODUCT in product.py is {found!r}, not a ProductDefinition")
        return None
    return found


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


def _seed(own: Path, layers: Sequence[str], bases: Path, problems: list[str]) -> Snapshot | None:
    """The content of a repository, or none where it could not be a repository."""
    before = len(problems)
    missing = [layer for layer in layers if not (bases / layer).is_dir()]
    if missing:
        known = ", ".join(sorted(entry.name for entry in bases.iterdir() if entry.is_dir()))
        problems.append(f"no seed base '{', '.join(missing)}'; there are: {known}")
    folders = [*(bases / layer for layer in layers), own]
    seed = layered(*folders)
    problems += [f"{file} would not reach a repository" for f in folders for file in left_out(f)]
    problems += [
        f"{file} of {own.name} is empty, which CodeCommit refuses"
        for file in seed.files
        if not seed.read(file)
    ]
    problems += [
        f"{own.name} has no {name}" for name in NEEDED[own.name] if name not in _names(seed)
    ]
    return seed if len(problems) == before else None


def _names(seed: Snapshot) -> set[str]:
    return {str(file) for file in seed.files}
