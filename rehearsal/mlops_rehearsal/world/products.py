"""The products of a checkout, as its own code knows them: asked before anything is played."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES

NAMES: Final = """
import json
from cdk_service_catalog.portfolio.discovery import discover
print(json.dumps([product.definition.name for product in discover()]))
"""
REPOSITORY: Final = """
import json, pathlib, sys
from cdk_service_catalog.portfolio.discovery import discover
wanted, folder = sys.argv[1:]
found = [p for p in discover() if wanted.lower() in p.definition.name.lower()]
found[0].seeds["build_app"].write(pathlib.Path(folder))
print(json.dumps(found[0].definition.name))
"""


def check_product(checkout: Path, wanted: str) -> None:
    """Refuse a name that no product has, which would else be found out in the sixth act.

    Args:
        wanted: a part of a product's name, in any case.

    Raises:
        PlatformError: names those that there are.
    """
    known: list[str] = _asked(checkout, NAMES)
    if not any(wanted.lower() in name.lower() for name in known):
        shown = "".join(f"\n  {name}" for name in sorted(known))
        raise PlatformError(
            f"no product's name has '{wanted}' in it; there are:{shown}",
            hint="name a part of one: rehearse --product batch",
        )


def write_build_repository(checkout: Path, wanted: str, folder: Path) -> None:
    """Write what a project of a product begins with.

    Args:
        wanted: a part of the product's name, in any case; see `check_product`.
    """
    _asked(checkout, REPOSITORY, wanted, str(folder))


def _asked(checkout: Path, program: str, *arguments: str) -> Any:
    folders = (checkout / "mlops-commons", checkout / APP_DIRECTORIES["template"])
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(
            f"the products cannot be read: {done.stderr.strip().splitlines()[-1]}",
            hint="see why with: ./mlops-multi-account.sh template synth",
        )
    return json.loads(done.stdout)
