"""cfn-lint and the engine of AWS over the templates of the examples, for the region of each.

The sample has its turn in the tier `app`; products included, the examples have dozens of further
templates, of which those that say the same are looked at once.
"""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from checkouts import APPS_HERE

from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.assembly.validators import findings_in
from mlops_commons.config import load_config
from mlops_commons.config.projects_of_sets import delivered_apps
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.scanners

PACKAGES = {"infra": "mlops_infra", "template": "cdk_service_catalog"}
NAMES = sorted(file.parent.name for file in EXAMPLES.glob(f"*/{CDK_APP_CONFIG.name}"))
OTHER_PRODUCTS = ("organisation", "s3-source", "separate-projects", "two-regions", "two-sets")
"""Examples that change what the app of the templates makes; the others change networks and people,
and its templates would say the same with other names, which takes minutes to see."""
EXAMPLES_OF = {"infra": NAMES, "template": OTHER_PRODUCTS}
CASES = [(name, app) for app in APPS_HERE for name in EXAMPLES_OF[app]]


@cache
def seen() -> set[tuple[str, str]]:
    """Regions and texts of what an earlier test has looked at."""
    return set()


@pytest.mark.parametrize(("example", "app"), CASES)
def test_the_validators_find_nothing_in_an_example(example: str, app: str, tmp_path: Path) -> None:
    files = (EXAMPLES / example / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    config = load_config(*files)
    assert app in delivered_apps(config)
    module = importlib.import_module(f"{PACKAGES[app]}.application")
    module.build_app(config, outdir=str(tmp_path)).synth()
    assert findings_in(unseen(tmp_path)) == []


def unseen(assembly: Path) -> Mapping[str, Sequence[Path]]:
    """The templates of an assembly by region, but for those that were looked at already."""
    regions = {(assembly / s.template).parent: s.region for s in read_stacks(assembly)}
    places = {assembly / s.template: s.region for s in read_stacks(assembly)}
    found: dict[str, list[Path]] = {}
    for file in sorted(assembly.rglob("*.template.json")):
        region = places.get(file) or regions[file.parent]
        if (region, text := file.read_text()) not in seen():
            seen().add((region, text))
            found.setdefault(region, []).append(file)
    return found


def test_an_example_that_cloudformation_would_refuse_is_seen(tmp_path: Path) -> None:
    """The folder of an assembly with one template whose role has no trust."""
    file = tmp_path / "one.template.json"
    file.write_text('{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}')
    assert {finding.validator for finding in findings_in({"eu-west-1": [file]})} == {
        "cfn-lint",
        "cloudformation-validate",
    }
