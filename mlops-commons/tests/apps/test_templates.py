"""Every synthesised template and policy through the linters of the field."""

import json
import shutil
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from checkouts import APPS_HERE, Assembly, make_checkout
from policies_of_templates import identity_policies
from rich.console import Console

from mlops_commons.ai_controls.findings import findings as ai_findings
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.assembly.templates import read_templates
from mlops_commons.assembly.validators import findings, findings_in, templates
from mlops_commons.cli.apps import summary
from mlops_commons.config import load_config
from mlops_commons.costs.fixed import Fixed, accounts
from mlops_commons.costs.networks import networks_of
from mlops_commons.costs.prices import load_prices
from mlops_commons.costs.resources import is_known
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, SAMPLE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
    import parliament

pytestmark = pytest.mark.app

WIDTH_OF_THE_README = 100


@pytest.fixture(scope="module", params=APPS_HERE)
def sample_assembly(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Assembly:
    """The shipped sample of each app that this repository holds."""
    root = tmp_path_factory.mktemp("checkout") / "repository"
    return make_checkout(root, request.param).synth()


def test_the_validators_find_nothing(sample_assembly: Any) -> None:
    assert findings(sample_assembly.folder) == []


def test_the_validators_see_every_template(sample_assembly: Any) -> None:
    folder = sample_assembly.folder
    seen = {file.relative_to(folder).as_posix() for file in templates(folder)}
    assert seen == set(sample_assembly.templates())


def test_no_template_breaks_an_ai_control_without_a_reason(sample_assembly: Any) -> None:
    open_findings = [
        f"{name}: {finding}"
        for name, template in sample_assembly.templates().items()
        for finding in ai_findings(template)
        if not finding.reason
    ]
    assert open_findings == []


FIXED = {
    "infra": {
        "endpoint_hour": 29_200,
        "nat_hour": 2_190,
        "ipv4_hour": 2_190,
        "kms_key_month": 6,
        "alarm_month": 2,
    },
    "template": {"kms_key_month": 4, "alarm_month": 1},
}
"""What a month of the sample takes: 20 interface endpoints in two zones, three NAT gateways with an
address each, keys."""


def test_the_pages_say_what_the_sample_costs() -> None:
    prices = load_prices()
    usd = {app: Fixed(quantities=Counter(q)).usd(prices) for app, q in FIXED.items()}
    endpoints = FIXED["infra"]["endpoint_hour"] * prices.of("endpoint_hour").usd
    total = sum(usd.values())
    readme = (REPOSITORY_ROOT / "README.md").read_text()
    assert f"the sample about ${round(total, -1):.0f} a month" in readme
    assert f"fixed cost about ${usd['infra']:.0f} a month; see" in readme
    page = (REPOSITORY_ROOT / "docs" / "how-to" / "costs.md").read_text()
    assert f"in two zones | {total:.0f} | {endpoints:.0f} |" in page
    assert f"3`) | {total + endpoints / 2:.0f} | {endpoints * 1.5:.0f} |" in page


def test_the_readme_shows_what_synth_prints_of_the_sample(
    sample_assembly: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if sample_assembly.app != "infra":
        pytest.skip("the README shows the synthesis of infra")
    monkeypatch.setattr(summary, "console", lambda: Console(width=WIDTH_OF_THE_README))
    place = Path(APP_DIRECTORIES["infra"]) / "cdk.out"
    summary.print_table(read_stacks(sample_assembly.folder), assembly=place, reused=False)
    printed = capsys.readouterr().out
    assert printed.count("\n") > 5
    assert printed in (REPOSITORY_ROOT / "README.md").read_text(encoding="utf-8")


def test_each_type_has_a_price_or_is_known_to_have_none(sample_assembly: Any) -> None:
    types = {
        resource["Type"]
        for template in sample_assembly.templates().values()
        for resource in template["Resources"].values()
    }
    assert {type_ for type_ in types if not is_known(type_)} == set()


def test_the_fixed_cost_of_the_sample_is_as_counted(sample_assembly: Any) -> None:
    found = Fixed()
    for account in accounts(read_templates(sample_assembly.folder).stacks):
        found += account.fixed
    assert dict(found.quantities) == FIXED[sample_assembly.app]
    if sample_assembly.app == "infra":
        # What a publication says of networks without a synthesis.
        networks = networks_of(load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml"))
        assert networks.quantities == found.quantities - Counter(
            {"kms_key_month": 6, "alarm_month": 2}
        )


@pytest.mark.parametrize("validator", ["cfn-lint", "cloudformation-validate"])
def test_each_validator_names_file_resource_and_rule(
    validator: str, sample_assembly: Any, tmp_path: Path
) -> None:
    folder = sample_assembly.folder
    given = next(f for f in sorted(folder.rglob("*.template.json")) if "KMS::Key" in f.read_text())
    file = Path(shutil.copy(given, tmp_path))
    template = json.loads(file.read_text())
    key = next(k for k, r in template["Resources"].items() if r["Type"] == "AWS::KMS::Key")
    template["Resources"][key]["Properties"]["EnableKeyRotatoin"] = True
    file.write_text(json.dumps(template))
    (found,) = findings_in({"eu-west-1": [file]}, [validator])
    assert (found.file, found.rule[1:], found.validator) == (file, "3002", validator)
    assert found.place.startswith(f"{key}.Properties")
    assert "EnableKeyRotatoin" in found.message


def test_nobody_s_own_settings_make_a_validator_look_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "one.template.json"
    template.write_text('{"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": []}}}')
    before = findings_in({"eu-west-1": [template]}, ["cfn-lint"])
    assert before
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [E, W]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert findings_in({"eu-west-1": [Path(template.name)]}, ["cfn-lint"]) == [
        replace(finding, file=Path(template.name)) for finding in before
    ]


# RESOURCE_STAR is cdk-nag's IAM5, acknowledged there by exact id; RESOURCE_MISMATCH judges the
# placeholders that stand for the ARNs of resources in the same template.
JUDGED_ELSEWHERE = {"RESOURCE_STAR", "RESOURCE_MISMATCH"}
ACCEPTED_IN_POLICIES = {
    # It makes the buckets of projects, and with them their policies; it holds no object.
    ("ProductLaunchDataPolicy", "RESOURCE_POLICY_PRIVILEGE_ESCALATION"),
}


def is_newer(finding: Any) -> bool:
    """Whether an action that parliament does not know is an operation of AWS's own SDK."""
    if finding.issue != "UNKNOWN_ACTION":
        return False
    service, _, action = finding.location["string"].partition(":")
    operations = botocore.session.get_session().get_service_model(service).operation_names
    return action in operations


@pytest.fixture
def arrays_of_arns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let parliament know the type of `events:TargetArn`, at which it gives up."""
    known = parliament.statement.translate_documentation_types
    monkeypatch.setattr(
        parliament.statement,
        "translate_documentation_types",
        lambda name: "Arn" if name == "ArrayOfARN" else known(name),
    )


@pytest.mark.usefixtures("arrays_of_arns")
def test_parliament_finds_nothing_in_any_policy(sample_assembly: Any) -> None:
    found, seen = [], 0
    for name, template in sample_assembly.templates().items():
        for policy, document in identity_policies(template):
            seen += 1
            analysed = parliament.analyze_policy_string(json.dumps(document))
            found += [
                f"{name} {policy}: {finding}"
                for finding in analysed.findings
                if finding.issue not in JUDGED_ELSEWHERE
                and (policy, finding.issue) not in ACCEPTED_IN_POLICIES
                and not is_newer(finding)
            ]
    assert found == []
    assert seen > 5


def statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from statements(inner)


def test_no_statement_allows_every_action(sample_assembly: Any) -> None:
    for name, template in sample_assembly.templates().items():
        for statement in statements(template):
            actions = statement.get("Action", [])
            allowed = [actions] if isinstance(actions, str) else actions
            if statement["Effect"] == "Allow":
                assert not {"*", "*:*"} & set(allowed), f"{name}: {statement}"


def test_no_policy_is_named_full_access(sample_assembly: Any) -> None:
    for name, content in sample_assembly.content().items():
        if name.endswith(".template.json"):
            assert b"FullAccess" not in content, name
            assert b"AdministratorAccess" not in content, name


def test_every_template_is_within_cloudformations_limits(sample_assembly: Any) -> None:
    for file in templates(sample_assembly.folder):
        assert file.stat().st_size < 1_000_000
        assert len(json.loads(file.read_text())["Resources"]) <= 500
