"""What `costs` prints: in 80 columns, without colour in a file, and as JSON for programs."""

import json
from collections import Counter
from typing import Any

import pytest

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import AppTemplates, StackTemplate
from mlops_commons.cli.apps.costs_report import print_report
from mlops_commons.costs.cases import SHIPPED, load_cases
from mlops_commons.costs.prices import load_prices
from mlops_commons.costs.report import Report, document, report

pytestmark = pytest.mark.pure

PRICES = load_prices()


def stack(role: str, account: str, *resources: dict[str, Any]) -> StackTemplate:
    summary = StackSummary(role=role, account=account, region="eu-west-1", stack=role)
    made = {f"R{number}": resource for number, resource in enumerate(resources)}
    return StackTemplate(summary=summary, template={"Resources": made})


@pytest.fixture
def found() -> Report:
    nat = {"Type": "AWS::EC2::NatGateway", "Properties": {}}
    endpoint = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {"VpcEndpointType": "Interface", "SubnetIds": ["a"] * 6},
    }
    stacks = (
        stack("governance", "111111111111", {"Type": "AWS::KMS::Key"}),
        stack("a-stage-with-a-long-name", "222222222222", *[nat] * 9, *[endpoint] * 200),
        stack("dev", "222222222222", {"Type": "AWS::New::Thing"}),
    )
    cases = load_cases(SHIPPED, PRICES.rows)
    return report([AppTemplates(stacks=stacks, products={})], PRICES, cases, sets=40)


def test_the_table_fits_into_80_columns_and_has_no_colour_in_a_file(
    found: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(found)
    written = capsys.readouterr().out
    assert max(map(len, written.splitlines())) <= 80
    assert "\x1b" not in written
    # 1,200 addresses by 730 h by $0.011, and nine gateways by 730 h by $0.048.
    assert "9,636.00" in written
    assert "315.36" in written
    assert "1 x AWS::New::Thing" in written
    for case in found.cases:
        assert " ".join(case.text.split()) in " ".join(written.split())


def test_json_has_the_sums_of_the_table_and_every_price_with_its_source(found: Report) -> None:
    shown = json.loads(json.dumps(document(found)))
    assert shown["fixed"] == pytest.approx(1 + 9636 + 315.36)
    assert [row["account"] for row in shown["accounts"]] == ["111111111111", "222222222222"]
    assert shown["unknown_types"] == {"AWS::New::Thing": 1}
    assert shown["accounts"][1]["quantities"] == {"endpoint_hour": 876_000, "nat_hour": 6_570}
    assert all(price["source"] for price in shown["prices"].values())
    idle = shown["cases"][0]
    assert idle["total"] == pytest.approx(shown["fixed"] + 40 * idle["usd_of_a_set"], abs=0.2)


def test_a_price_of_no_list_that_is_used_is_told(found: Report) -> None:
    assert "alarm_month" not in found.unverified
    assert "log_gb" in found.unverified
    assert found.unknown == Counter({"AWS::New::Thing": 1})
