"""Prices have a date, a place and a source; AWS's own answers replace them."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from botocore.validate import validate_parameters

from mlops_commons.costs.cases import load_cases
from mlops_commons.costs.prices import SHIPPED, load_prices
from mlops_commons.costs.refresh import refreshed
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure


def test_each_price_says_when_where_and_who() -> None:
    for name, row in load_prices().rows.items():
        assert row.usd > 0, name
        assert row.source and row.date[:2] == "20" and row.region and row.unit, name
    verified = {name for name, row in load_prices().rows.items() if row.verified}
    # What makes up the fixed cost has been read, and not remembered.
    assert verified >= {"endpoint_hour", "nat_hour", "ipv4_hour", "kms_key_month"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["prices"].pop("nat_hour"), "lacks the prices: nat_hour"),
        (lambda d: d["prices"]["nat_hour"].update(usd="x"), "no price that is a number"),
        (lambda d: d["prices"]["nat_hour"].update(usd=-1), "no price that is a number"),
        (lambda d: d["prices"]["nat_hour"].pop("source"), "no table of prices"),
        (lambda d: d.pop("prices"), "no table of prices"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(
    change: Any, said: str, tmp_path: Path
) -> None:
    content = json.loads(SHIPPED.read_text())
    change(content)
    file = tmp_path / "own.json"
    file.write_text(json.dumps(content))
    with pytest.raises(PlatformError, match=said) as raised:
        load_prices(file)
    assert "own.json" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cases: [{name: a, quantities: {nat: 1}}]", "'nat' is no price; .*there are: alarm_month"),
        ("cases: [{name: a, quantities: {nat_gb: -1}}]", "nat_gb is -1, not a number"),
        ("cases: [{name: a, quantities: {nat_gb: yes}}]", "line 1: nat_gb is True"),
        ("cases: [{name: a, quantities: {nat_gb: .nan}}]", "line 1: nat_gb is nan, not a number"),
        ("cases: [{name: a, quantities: {nat_gb: .inf}}]", "line 1: nat_gb is inf, not a number"),
        (
            "cases:\n- name: a\n  quantity: {nat_gb: 1}",
            "line 3: 'quantity' is no key; did you mean 'quantities'\\? there are: name, ",
        ),
        (
            "cases:\n- name: a\n  quantities:\n    nat_gv: 1",
            "line 4: 'nat_gv' is no price; did you mean 'nat_gb'",
        ),
        ("cases: [{name: a, text: b}]", "no list of cases: 'quantities'"),
        ("cases: [{name: a, quantities: {}}]\nnotes: 1", "line 2: 'notes' is no key"),
        ("cases: []", "has no case"),
        ("case: []", "no list of cases"),
        ("a: [", "no YAML"),
    ],
)
def test_a_usage_file_that_cannot_be_used_is_refused(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "usage.yml"
    file.write_text(text)
    with pytest.raises(PlatformError, match=said):
        load_cases(file, load_prices().rows)


def test_a_case_may_begin_with_another(tmp_path: Path) -> None:
    file = tmp_path / "usage.yml"
    file.write_text(
        "cases:\n- &a {name: a, quantities: &q {nat_gb: 1, log_gb: 2}}\n- {<<: *a, name: b}\n"
        "- {name: c, quantities: {<<: *q, log_gb: 3}}\n"
    )
    quantities = [case.quantities for case in load_cases(file, load_prices().rows)]
    assert quantities == [{"nat_gb": 1, "log_gb": n} for n in (2, 2, 3)]


def product(usage: str, *tiers: tuple[str, str]) -> dict[str, Any]:
    """As the Price List Query API answers (AWS Billing User Guide, "Reading a price list")."""
    dimensions = {
        str(n): {"beginRange": begin, "pricePerUnit": {"USD": usd}}
        for n, (begin, usd) in enumerate(tiers)
    }
    return {
        "product": {"attributes": {"usagetype": usage, "regionCode": "eu-central-1"}},
        "terms": {"OnDemand": {"a.b": {"priceDimensions": dimensions}}},
    }


ANSWERS = {
    "NatGateway-Hours": [
        product("EUC1-NatGateway-Hours", ("0", "0.0520000000")),
        product("EUC1-RegionalNatGateway-Hours", ("0", "9.0")),
        product("EUC1-NatGateway-Prvd-Hours", ("0", "9.0")),
        product("EUC1-Dedicated-NatGateway-Hours", ("0", "9.0")),
    ],
    "actionExecutionMinute": [
        product("EUC1-actionExecutionMinute", ("100", "0.0020"), ("0", "0.0000000000"))
    ],
    "KMS-Keys": [product("eu-central-1-KMS-Keys", ("0", "1.0000"))],
    "KMS-Requests": [product("eu-central-1-KMS-Requests", ("0", "0.0000030000"))],
}


def test_prices_are_asked_for_by_region_and_usage_and_what_aws_lacks_stays() -> None:
    """Both ways are checked by botocore's model of the service, which no emulator has."""
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = boto3.client("pricing", region_name="us-east-1", **keys)
    shape = client.meta.service_model.operation_model("GetProducts").input_shape
    with Stubber(client) as stubber:
        for row in load_prices().rows.values():
            expected = {
                "ServiceCode": row.service,
                "Filters": [
                    {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-central-1"},
                    {"Type": "CONTAINS", "Field": "usagetype", "Value": row.usage},
                ],
            }
            validate_parameters(expected, shape)
            answer = [json.dumps(item) for item in ANSWERS.get(row.usage, [])]
            stubber.add_response("get_products", {"PriceList": answer}, expected)
        found, missing = refreshed(load_prices(), client, "eu-central-1", "2026-12-01")
        stubber.assert_no_pending_responses()
    assert found.of("nat_hour").usd == 0.052
    assert found.of("pipeline_minute").usd == 0.002
    assert found.of("kms_key_month").usd == 1.0
    assert found.of("kms_requests").usd == pytest.approx(0.03)
    assert (found.of("nat_hour").region, found.of("nat_hour").date) == (
        "eu-central-1",
        "2026-12-01",
    )
    known = {"nat_hour", "pipeline_minute", "kms_key_month", "kms_requests"}
    assert set(missing) == set(load_prices().rows) - known
    assert found.of("endpoint_hour") == load_prices().of("endpoint_hour")
