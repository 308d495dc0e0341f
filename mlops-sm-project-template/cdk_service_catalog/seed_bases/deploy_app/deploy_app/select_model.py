"""The version to deploy, as the pipeline has chosen it, and what its deployment needs besides.

The platform's gate chooses: it takes an approved version only, and compares with its choice what is
synthesised here. On a laptop name a version yourself: MODEL_PACKAGE_ARN=arn:...
"""

import json
import sys
from pathlib import Path

from deploy_app.besides import fetch
from deploy_app.errors import DeployError
from deploy_app.settings import NONE, load_settings

FILE = Path("model.json")


def main() -> int:
    """Write `model.json`, in which the version is `none` when there is nothing to deploy."""
    try:
        settings = load_settings()
        arn = settings.model_package_arn
        missing = fetch(settings) if arn != NONE else ""
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    arn = NONE if missing else arn
    FILE.write_text(json.dumps({"model_package_arn": arn}, indent=2) + "\n", encoding="utf-8")
    if missing:
        print(f"{missing}: nothing is deployed")
    elif arn == NONE:
        print(
            f"no version of '{settings.model_package_group_name}' is chosen: nothing is deployed, "
            "and an endpoint that still serves a rejected one is taken away, stage by stage. "
            "Approve one in the model registry and the pipeline starts by itself; on a laptop "
            "set MODEL_PACKAGE_ARN."
        )
    else:
        print(f"deploys {arn}")
    return 0


def chosen(file: Path = FILE) -> str:
    """What was chosen before.

    Raises:
        DeployError: nothing was.
    """
    try:
        arn: str = json.loads(file.read_text(encoding="utf-8"))["model_package_arn"]
    except (OSError, ValueError, KeyError) as error:
        raise DeployError(
            f"there is no choice of a model version in {file} ({error}); "
            "make it with: python -m deploy_app.select_model"
        ) from None
    return arn


if __name__ == "__main__":
    sys.exit(main())
