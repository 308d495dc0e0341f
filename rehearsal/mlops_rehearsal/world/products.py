"""The products of a checkout, as its own code knows them: asked before anything is played."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES

NAMES: Final = """
import json
from cdk_service_catalog.portfolio.discovery import discover
print(json.dumps([product.definition.name for product in discover()]))
"""


def check_product(checkout: Path, wanted: str) -> None:
    """Refuse a name that no product has, which would else be found out in the sixth act.

    Args:
        wanted: a part of a product's name, in any case.

    Raises:
        PlatformError: names those that there are.
    """
    known = _names(checkout)
    if not any(wanted.lower() in name.lower() for name in known):
        shown = "".join(f"\n  {name}" for name in sorted(known))
        raise PlatformError(
            f"no product's name has '{wanted}' in it; there are:{shown}",
            hint="name a part of one: rehearse --product batch",
        )


def _names(checkout: Path) -> list[str]:
    folders = (checkout / "mlops-commons", checkout / APP_DIRECTORIES["template"])
    done = subprocess.run(
        [sys.executable, "-P", "-c", NAMES],
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
    names: list[str] = json.loads(done.stdout)
    return names
