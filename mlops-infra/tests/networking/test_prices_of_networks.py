"""Whatever a network is made of, `costs` knows what it costs."""

import pytest

from mlops_commons.costs.resources import is_known

pytestmark = pytest.mark.construct

NAMES = ("nat", "three NAT gateways", "endpoints only", "every endpoint", "inspection")


@pytest.mark.parametrize("name", NAMES)
def test_each_type_of_a_network_has_a_price_or_is_known_to_have_none(variant, name: str) -> None:
    types = {resource["Type"] for resource in variant(name).template["Resources"].values()}
    assert len(types) > 10
    assert {type_ for type_ in types if not is_known(type_)} == set()
