"""A product changed in a checkout as a developer does it: a line of seed code and a version."""

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError

SEED: Final = Path("seed_code", "build_app", "UPGRADED.md")
"""A file of the product's own, above those of the layers: it is in new projects only."""


@dataclass(frozen=True, kw_only=True)
class ProductChange:
    """What was changed; `before` and `after` are versions."""

    slug: str
    product: str
    before: str
    after: str


def change_product(products: Path, name: str) -> ProductChange:
    """Give a product another line of seed code, and the next minor version.

    Args:
        products: the folder with a folder for each product.
        name: the product's, as Studio shows it.

    Raises:
        PlatformError: there is no such product, or its version is not three numbers.
    """
    for file in sorted(products.glob("*/product.py")):
        declared = _declared(file.read_text(encoding="utf-8"))
        if declared.get("name") == name:
            return _change(file, name, declared["version"])
    raise PlatformError(
        f"no product.py below {products} has the name '{name}'",
        hint="see 'Add a product' in mlops-sm-project-template/README.md",
    )


def next_minor(version: str) -> str:
    """The version after one that was changed without breaking what it does: 1.0.0 is 1.1.0.

    Raises:
        PlatformError: it is not three numbers (semver.org, 2).
    """
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise PlatformError(
            f"'{version}' is not a semantic version", hint="give 'version' in product.py 1.0.0"
        )
    return f"{parts[0]}.{int(parts[1]) + 1}.0"


def _declared(source: str) -> dict[str, str]:
    """The texts with which a product.py calls ProductDefinition."""
    return {
        keyword.arg: str(keyword.value.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ProductDefinition"
        for keyword in node.keywords
        if keyword.arg and isinstance(keyword.value, ast.Constant)
    }


def _change(file: Path, name: str, before: str) -> ProductChange:
    after = next_minor(before)
    source = file.read_text(encoding="utf-8")
    file.write_text(source.replace(f'version="{before}"', f'version="{after}"'), encoding="utf-8")
    seed = file.parent / SEED
    seed.parent.mkdir(parents=True, exist_ok=True)
    seed.write_text(f"This project was made from version {after} of its template.\n")
    return ProductChange(slug=file.parent.name, product=name, before=before, after=after)
