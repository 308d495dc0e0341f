"""The table of endpoints, row by row; a new row is tested here without a new test."""

import re

import pytest

from mlops_commons.vpc_endpoints import (
    VPC_ENDPOINT_KEYS,
    VPC_ENDPOINTS,
    EndpointKind,
    EndpointScope,
    VpcEndpoint,
    selected_endpoints,
    switched_on_endpoints,
)

pytestmark = pytest.mark.pure

each_row = pytest.mark.parametrize("row", VPC_ENDPOINTS, ids=VPC_ENDPOINT_KEYS)


def test_no_two_rows_share_a_key_or_a_service() -> None:
    assert len(set(VPC_ENDPOINT_KEYS)) == len(VPC_ENDPOINTS)
    assert len({row.service for row in VPC_ENDPOINTS}) == len(VPC_ENDPOINTS)


@each_row
def test_a_row_is_well_formed(row: VpcEndpoint) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row.key)
    assert re.fullmatch(r"[A-Za-z-]+/[\w/-]+", row.source)
    assert not (row.kind is EndpointKind.GATEWAY and row.private_dns)


@pytest.mark.parametrize("studio", [True, False])
@each_row
def test_the_scope_decides_without_a_switch(row: VpcEndpoint, studio: bool) -> None:
    expected = row.scope is EndpointScope.ALL or (studio and row.scope is EndpointScope.STUDIO)
    assert (row in selected_endpoints({}, studio=studio)) == expected


@pytest.mark.parametrize("on", [True, False])
@each_row
def test_a_switch_decides_over_the_scope_and_for_its_row_alone(row: VpcEndpoint, on: bool) -> None:
    default = set(selected_endpoints({}, studio=True))
    switched = set(selected_endpoints({row.key: on}, studio=True))
    assert (row in switched) == on
    assert default ^ switched <= {row}


@each_row
def test_an_import_gets_what_is_switched_on_and_nothing_else(row: VpcEndpoint) -> None:
    assert switched_on_endpoints({row.key: True}) == (row,)
    assert switched_on_endpoints({row.key: False}) == ()


def test_construct_ids_of_endpoints_differ() -> None:
    assert len({row.construct_id for row in VPC_ENDPOINTS}) == len(VPC_ENDPOINTS)
