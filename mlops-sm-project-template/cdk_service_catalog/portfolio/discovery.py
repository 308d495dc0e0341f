"""The products: every folder with a `product.py`, checked before anything is made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.product_file import FILE, ProductFile
from cdk_service_catalog.project.definition import CatalogueEntry, ProductDefinition
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
"""What the standard pipelines of a project look for in each repository."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product: its definition and the content of the repositories that it seeds.

    Attributes:
        slug: the folder's name.
        seeds: by their folder in `seed_code`.
    """

    slug: str
    definition: CatalogueEntry
    seeds: Mapping[str, Snapshot]

    @cached_property
    def archive_keys(self) -> Mapping[str, str]:
        """The names of the seeds' archives in S3: hashes of their content."""
        return {name: f"{seed.digest()}.zip" for name, seed in self.seeds.items()}


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
        f"{products / product.slug / FILE}: another product has the name "
        f"'{product.definition.name}' too; people choose by it, so give each its own"
        for product in found
        if names.count(product.definition.name) > 1
    ]
    if not found and not problems:
        problems.append(f"{products}: no folder has a product.py")
    if problems:
        raise PlatformError(
            "the products cannot be read:\n  " + "\n  ".join(problems),
            hint="see docs/how-to/add-a-product.md",
        )
    return tuple(found)


def _folders(products: Path) -> Iterator[Path]:
    for entry in products.iterdir() if products.is_dir() else ():
        if entry.is_dir() and entry.name != "__pycache__" and not entry.name.startswith("."):
            yield entry


def _product(folder: Path, bases: Path, problems: list[str]) -> Product | None:
    file = ProductFile(folder / FILE)
    own: list[str] = []
    if not re.fullmatch(SLUG, folder.name):
        own.append(f"{folder}: a folder's name is lower-case words joined by '_'")
    seeds: dict[str, Snapshot] = {}
    definition = file.definition
    if definition is not None:
        needed = NEEDED if isinstance(definition, ProductDefinition) else {}
        for name, layers in definition.layers.items():
            place = folder / "seed_code" / name
            if not _are_known(file, name, layers, bases):
                continue
            seeds[name] = layered(*(bases / layer for layer in layers), place)
            own += _seed_problems(place, layers, bases, seeds[name], needed.get(name, ()))
        _check_images(file, definition, seeds)
    own = file.problems + own
    problems += own
    if own or definition is None:
        return None
    return Product(slug=folder.name, definition=definition, seeds=seeds)


def _are_known(file: ProductFile, name: str, layers: Sequence[str], bases: Path) -> bool:
    known = sorted(entry.name for entry in bases.iterdir() if entry.is_dir())
    field = {"build_app": "build_layers", "deploy_app": "deploy_layers"}
    for layer in layers:
        if layer not in known:
            where = field.get(name, "repositories")
            file.add(f"no seed base '{layer}'; there are: {', '.join(known)}", where)
    return set(layers) <= set(known)


def _check_images(
    file: ProductFile, definition: CatalogueEntry, seeds: Mapping[str, Snapshot]
) -> None:
    images = isinstance(definition, ProductDefinition) and definition.image_repository
    seed = seeds.get("build_app")
    if images and seed and "buildspec.image.yml" not in _names(seed):
        file.add(
            "'image_repository' is set, but build_app has no buildspec.image.yml; add it to "
            "seed_code/build_app",
            "image_repository",
        )


def _seed_problems(
    own: Path, layers: Sequence[str], bases: Path, seed: Snapshot, needed: Sequence[str]
) -> list[str]:
    """Why the content of a repository could not be one."""
    folders = [*(bases / layer for layer in layers), own]
    if not seed.files:
        return [f"{own}: there are no files, and CodeCommit creates no repository of nothing"]
    return [
        *(f"{file}: would not reach a repository" for f in folders for file in left_out(f)),
        *(
            f"{own / file}: is empty, which CodeCommit refuses"
            for file in seed.files
            if not seed.read(file)
        ),
        *(
            f"{own}: has no {name}, which the pipelines look for"
            for name in needed
            if name not in _names(seed)
        ),
    ]


def _names(seed: Snapshot) -> set[str]:
    return {str(file) for file in seed.files}
