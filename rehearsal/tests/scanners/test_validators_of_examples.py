"""cfn-lint and the engine of AWS over the templates of the examples, for the region of each.

The sample has its turn in the tier `app`; products included, the examples have dozens of further
templates. AWS's engine looks at each, which takes seconds. cfn-lint takes minutes: it looks at
those that set properties of a type of resource together that none before has set in its region.
"""

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from checkouts import APPS_HERE

from mlops_commons.assembly.validators import VALIDATORS, by_region, findings_in
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


Property = tuple[str, ...]
"""The type of a resource, or a section of a template, and the way to a value of it, or to all the
names that a mapping has together: what is left out is new, too."""


@cache
def seen(region: str) -> set[Property]:
    """What the templates for a region set that cfn-lint has looked at."""
    return set()


@pytest.mark.parametrize(("example", "app"), CASES)
def test_the_validators_find_nothing_in_an_example(example: str, app: str, tmp_path: Path) -> None:
    files = (EXAMPLES / example / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    config = load_config(*files)
    assert app in delivered_apps(config)
    module = importlib.import_module(f"{PACKAGES[app]}.application")
    module.build_app(config, outdir=str(tmp_path)).synth()
    templates = by_region(tmp_path)
    assert findings_in(templates, ["cloudformation-validate"]) == []
    assert findings_in(new_in(templates), ["cfn-lint"]) == []


def new_in(templates: Mapping[str, Sequence[Path]]) -> Mapping[str, Sequence[Path]]:
    """The templates that set what none before them has set, the largest first."""
    found: dict[str, list[Path]] = {}
    for region, files in templates.items():
        for file in sorted(files, key=lambda file: -file.stat().st_size):
            properties = set(properties_of(json.loads(file.read_text())))
            if properties - seen(region):
                seen(region).update(properties)
                found.setdefault(region, []).append(file)
    return found


def properties_of(template: dict[str, Any]) -> Iterator[Property]:
    """What a template sets, whatever the resources and the elements of its lists are."""
    for section, content in template.items():
        named = content.values() if isinstance(content, dict) else [content]
        for each in named:
            is_resource = section == "Resources"
            yield from below((each["Type"] if is_resource else section,), each)


def below(way: Property, value: object) -> Iterator[Property]:
    """The ways to everything in a value."""
    if isinstance(value, dict):
        yield (*way, *sorted(value), "together")
        for name, inner in value.items():
            yield from below((*way, name), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from below((*way, "[]"), inner)
    else:
        yield way


def test_an_example_that_cloudformation_would_refuse_is_seen(tmp_path: Path) -> None:
    """The folder of an assembly with one template whose role has no trust."""
    file = tmp_path / "one.template.json"
    file.write_text('{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}')
    assert {finding.validator for finding in findings_in({"eu-west-1": [file]})} == {*VALIDATORS}
    trust = {"Version": "2012-10-17", "Statement": []}
    other = {"Resources": {"Other": {"Type": "AWS::IAM::Role", "Properties": {"Roll": trust}}}}
    (tmp_path / "two.template.json").write_text(json.dumps(other))
    both = {"eu-west-1": [file, tmp_path / "two.template.json"]}
    assert [found.name for found in new_in(both)["eu-west-1"]] == ["two.template.json", file.name]
    assert new_in(both) == {}
