"""The example `organisation`, synthesised once for all questions about it."""

import importlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from checkouts import APPS_HERE

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

EXAMPLE = EXAMPLES / "organisation"
CONFIG = load_config(EXAMPLE / CDK_APP_CONFIG.name, EXAMPLE / CDK_INFRA_APP_CONFIG.name)
PACKAGES = {"infra": "mlops_infra", "template": "cdk_service_catalog"}
ACCOUNT = "222222222222"


@dataclass(frozen=True)
class Template:
    """A template by the file that it is in."""

    file: Path
    content: Mapping[str, Any]

    def of_type(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The resources of a type, with their properties."""
        for logical_id, resource in self.content["Resources"].items():
            if resource["Type"] == kind:
                yield logical_id, resource.get("Properties", {})


@cache
def folders() -> Mapping[str, Path]:
    """Both apps, without the CDK CLI."""
    found = {}
    for app in APPS_HERE:
        folder = found[app] = Path(tempfile.mkdtemp(prefix=f"organisation-{app}-"))
        module = importlib.import_module(f"{PACKAGES[app]}.application")
        module.build_app(CONFIG, outdir=str(folder)).synth()
    return found


@cache
def templates() -> list[Template]:
    """Every template, those of products included."""
    files = [file for folder in folders().values() for file in folder.rglob("*.template.json")]
    return [Template(file, json.loads(file.read_text())) for file in sorted(files)]


def in_account(value: Any, made: Mapping[str, Any]) -> Any:
    """A value as it stands in the account; a policy that the template makes, by its logical id."""
    pseudo = {"Partition": "aws", "Region": "eu-west-1", "AccountId": ACCOUNT}
    values = {f"AWS::{name}": text for name, text in pseudo.items()}
    scope = Scope(values={**values, **{name: name for name in made}}, attribute=lambda n, _: n)
    return evaluate(value, scope)
