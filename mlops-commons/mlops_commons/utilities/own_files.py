"""A user's own files beside those of a release: extensions, and folders of products."""

from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.snapshot import SUFFIXES, left_out

EXTENSIONS: Final = PurePosixPath("mlops-infra/mlops_infra/extensions")
PRODUCTS: Final = PurePosixPath("mlops-sm-project-template/cdk_service_catalog/products")
OWN_FOLDERS: Final = (EXTENSIONS, PRODUCTS)


def missing_own(
    held: Iterable[PurePosixPath], present: Collection[PurePosixPath]
) -> list[PurePosixPath]:
    """The user's own files that are held elsewhere and that a checkout lacks.

    A newer release never brings them along: an extension is a file, a product a whole folder. In
    the folder of a product that the checkout has, a file may go like any other.

    Args:
        held: files of a repository.
        present: files of the checkout.
    """
    place = len(PRODUCTS.parts)
    products = {file.parts[place] for file in present if file.is_relative_to(PRODUCTS)}
    return [
        file
        for file in held
        if any(map(file.is_relative_to, OWN_FOLDERS))
        and file not in present
        and not (file.is_relative_to(PRODUCTS) and file.parts[place] in products)
    ]


def undelivered_note(root: Path) -> str:
    """What to say of files beside extensions that no repository gets; nothing without any.

    Where they stand is on the allow-list, so what keeps them out is their name or suffix. Files
    of products are refused where products are found.

    Args:
        root: the checkout.
    """
    names = [file.relative_to(root).as_posix() for file in left_out(root / EXTENSIONS)]
    if not names:
        return ""
    return (
        f"note: no repository gets {', '.join(names)}: give it one of the suffixes "
        f"{' '.join(sorted(SUFFIXES))}"
    )
