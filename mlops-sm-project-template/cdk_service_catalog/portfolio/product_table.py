"""The table of products in the READMEs; run this module to write it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.discovery import Product, discover
from cdk_service_catalog.project.definition import DeployTrigger
from mlops_commons.utilities.paths import REPOSITORY_ROOT

BEGIN: Final = "<!-- products: written by python -m cdk_service_catalog.portfolio.product_table -->"
END: Final = "<!-- end of products -->"
TRIGGERS: Final = {
    DeployTrigger.MODEL_APPROVAL: "a version is approved or rejected",
    DeployTrigger.BUILD_SUCCESS: "the build pipeline succeeds",
}
READMES: Final = ("README.md", "mlops-sm-project-template/README.md")


def product_table(products: Sequence[Product]) -> str:
    """A table in Markdown with one row for each product."""
    rows = [
        (
            f"`{product.slug}`",
            product.definition.name,
            product.definition.version,
            product.definition.description,
            TRIGGERS[product.definition.deploy_trigger],
        )
        for product in products
    ]
    heading = ("Folder", "Name in Studio", "Version", "What a project of it does", "Deploys when")
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_table(text: str, table: str) -> str:
    """The text of a README with the table between its two marks.

    Raises:
        ValueError: the text does not have both marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"'{BEGIN}' and '{END}' must both stand in the text")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def readmes(root: Path = REPOSITORY_ROOT) -> list[Path]:
    """The files that hold the table."""
    return [root / name for name in READMES]


def main() -> int:
    """Write the table to the READMEs."""
    table = product_table(discover())
    for file in readmes():
        file.write_text(with_table(file.read_text(encoding="utf-8"), table), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
