"""Capacity is quotas divided by what a set and a project take, the tightest first."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.assembly.stacks import GOVERNANCE, StackSummary
from mlops_commons.assembly.templates import AppTemplates, StackTemplate
from mlops_commons.config import load_config
from mlops_commons.doctor.capacity import Need, capacity
from mlops_commons.doctor.quotas import BUILDS, FUNCTIONS, POLICIES, RULES, quota_needs
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

SAMPLE = REPOSITORY_ROOT / "examples" / "sample"
RULE, ROLE, PIPELINE = "AWS::Events::Rule", "AWS::IAM::Role", "AWS::CodePipeline::Pipeline"
OFFER = "AWS::ServiceCatalog::CloudFormationProduct"


def template(**types: int) -> dict[str, Any]:
    names = {"rule": RULE, "role": ROLE, "pipeline": PIPELINE, "offer": OFFER}
    names["function"] = "AWS::Lambda::Function"
    return {
        "Resources": {
            f"{name}{number}": {"Type": names[name], "Properties": {}}
            for name, count in types.items()
            for number in range(count)
        }
    }


def stack(stage: str, file: str, region: str = "eu-west-1", /, **types: int) -> StackTemplate:
    account = "1" * 12 if stage == GOVERNANCE else "2" * 12
    summary = StackSummary(role=stage, account=account, region=region, stack=file, template=file)
    return StackTemplate(summary=summary, template=template(**types))


def apps(region: str = "eu-west-1") -> list[AppTemplates]:
    """Two sets: each has a pipeline of each app, and a dev account that offers projects."""
    infra = [
        stack(GOVERNANCE, "a", role=12, pipeline=2, rule=2),
        stack("dev", "b", region, role=30, rule=20),
    ]
    offered = [
        stack(GOVERNANCE, "c", role=8, pipeline=2, rule=2),
        stack("dev", "d", region, offer=2),
    ]
    products = {"d": (template(role=9, rule=4, pipeline=2), template(role=1, rule=5))}
    return [
        AppTemplates(stacks=tuple(infra), products={}),
        AppTemplates(stacks=tuple(offered), products=products),
    ]


def of(needs: list[Need], account: str, name: str) -> Need:
    (found,) = [n for n in needs if (n.account, n.quota.name) == (account, name)]
    return found


def test_what_a_set_and_a_project_take_is_counted_and_divides_the_quota() -> None:
    needs = capacity(apps(), 10, 50)
    governance = of(needs, GOVERNANCE, "Roles")
    # Twenty roles for two sets; 1,000 roles hold a hundred.
    assert (governance.each, governance.needed, governance.lasts) == (10, 100, 100)
    rules = of(needs, "dev", RULES.name)
    # The product with most rules decides: (300 - 20) / 5.
    assert (rules.base, rules.each, rules.needed, rules.lasts) == (20, 5, 270, 56)
    roles = of(needs, "dev", "Roles")
    assert (roles.base, roles.each, roles.lasts) == (30, 9, 107)
    assert [n.share for n in needs] == sorted((n.share for n in needs), reverse=True)
    assert needs[0] == rules


def test_a_region_with_fewer_rules_is_full_earlier() -> None:
    assert of(capacity(apps("eu-south-1"), 1, 1), "dev", RULES.name).lasts == 16


@given(sets=st.integers(1, 500), projects=st.integers(1, 500))
def test_the_last_that_fits_fits_and_the_next_does_not(sets: int, projects: int) -> None:
    for need in capacity(apps(), sets, projects):
        assert need.base + need.each * need.lasts <= need.limit
        assert need.base + need.each * (need.lasts + 1) > need.limit
        assert (need.share <= 1) == (need.number <= need.lasts)


def test_templates_without_a_pipeline_are_refused() -> None:
    with pytest.raises(PlatformError, match="no pipeline of a set"):
        capacity([AppTemplates(stacks=(), products={})], 1, 1)


def test_the_first_day_needs_builds_functions_and_rules() -> None:
    config = load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml")
    stacks = [
        stack(GOVERNANCE, "a", pipeline=1, rule=2),
        stack("dev", "b", offer=1, function=3),
        stack("dev", "c", function=4, rule=1),
        stack("prod", "d", role=1),
    ]
    needs = quota_needs(config, stacks)
    governance, dev = needs["1" * 12, "eu-west-1"], needs["2" * 12, "eu-west-1"]
    assert governance == Counter({BUILDS: 2, RULES: 2, POLICIES: 0})
    assert (dev[BUILDS], dev[FUNCTIONS], dev[RULES]) == (2, 7, 1)
    assert BUILDS not in needs["4" * 12, "eu-west-1"]
    assert json.dumps(BUILDS.request(2, "eu-west-1")).count("L-9D07B6EF") == 1
