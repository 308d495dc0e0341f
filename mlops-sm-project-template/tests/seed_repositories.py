"""The repositories that projects start with, in the environments that their locks describe."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.utilities.seed_environments import environment

INHERITED: Final = ("PATH", "LANG", "SSL_CERT_FILE", "TMPDIR")


@dataclass(frozen=True)
class SeedRepository:
    """A repository of a new project, as its pipeline finds it."""

    root: Path
    python: Path

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a Python command at the root, without credentials and without a home."""
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        own["PATH"] = f"{self.python.parent}{os.pathsep}{own.get('PATH', '')}"
        own["HOME"] = str(self.root.parent)
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.root,
            env={**own, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )


def seed_repository(product: Product, app: str, folder: Path) -> SeedRepository:
    """Write a product's `build_app` or `deploy_app` below a folder, with its environment."""
    seed = product.seeds[app]
    root = folder / f"{product.slug}-{app}"
    seed.write(root)
    return SeedRepository(root, environment(root))
