"""The app synthesised for the tests, as `python app.py` does it."""

import json
from pathlib import Path
from typing import Any

from deploy_app.node import use_packaged_node

use_packaged_node()

from deploy_app.application import build  # noqa: E402
from deploy_app.settings import Settings, load_settings  # noqa: E402

FILE = Path(__file__).with_name("settings.yml")
VERSIONS = "arn:aws:sagemaker:eu-west-1:111122223333:model-package"
VERSION = f"{VERSIONS}/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-p-iiiiiiiiiiiiii/3"


def settings() -> Settings:
    """The project that does not exist."""
    return load_settings({"DEPLOY_SETTINGS": str(FILE)})


STAGES = tuple(settings().roles)


def templates(folder: Path, version: str = VERSION) -> dict[str, dict[str, Any]]:
    """The templates by stage; fails on an open finding of cdk-nag."""
    build(settings(), version, folder).synth()
    return {stage: json.loads((folder / f"{stage}.template.json").read_text()) for stage in STAGES}


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The properties of every resource of a type."""
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]
