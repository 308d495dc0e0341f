"""The repositories that projects start with, in the environments that their locks describe."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from once_in_a_run import once_in_a_run

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import environment

INHERITED: Final = ("PATH", "LANG", "SSL_CERT_FILE", "TMPDIR")
JSII_PACKAGES: Final = REPOSITORY_ROOT / ".venv" / "jsii-packages"


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
        # Without a home to keep it in, each process of the CDK would unpack 200 MB again.
        own["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(JSII_PACKAGES)
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.root,
            env={**own, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )


SYNTHESISE: Final = """
import json, sys
from pathlib import Path
sys.path.insert(0, "tests")
from synthesis import VERSION, settings, templates
if Path("tests/compiled_definition.py").is_file():
    from compiled_definition import DEFINITION
    Path("inference_pipeline.json").write_text(json.dumps(DEFINITION))
for role in ("dev", "preprod", "prod") if len(sys.argv) > 1 else ():
    (Path("config") / f"{role}.yml").write_text(sys.argv[1])
found = templates(Path("assembly"))
archive = settings().model_data_uri
print(json.dumps({"templates": found, "archive": archive, "version": VERSION}))
"""


@dataclass(frozen=True)
class Deployment:
    """What a deploy repository synthesises.

    Attributes:
        templates: by stage.
        archive: where the model lies.
        version: the ARN of the model package.
    """

    templates: dict[str, Any]
    archive: str
    version: str


def synthesised(repository: SeedRepository, configuration: str = "") -> Deployment:
    """Synthesise a deploy repository.

    Args:
        configuration: what each stage's file holds, in place of the seed's.
    """
    done = repository.run("-c", SYNTHESISE, *filter(None, [configuration]))
    assert done.returncode == 0, done.stderr
    return Deployment(**json.loads(done.stdout.splitlines()[-1]))


def deployed(product: Product) -> Deployment:
    """What a project deploys on its first day."""

    def make(folder: Path) -> None:
        found = synthesised(seed_repository(product, "deploy_app", folder))
        (folder / "deployment.json").write_text(json.dumps(asdict(found)))

    made = once_in_a_run(f"deployed-{product.slug}", make)
    return Deployment(**json.loads((made / "deployment.json").read_text()))


def seed_repository(product: Product, app: str, folder: Path) -> SeedRepository:
    """Write a product's `build_app` or `deploy_app` below a folder, with its environment."""
    seed = product.seeds[app]
    root = folder / f"{product.slug}-{app}"
    seed.write(root)
    return SeedRepository(root, environment(root))
