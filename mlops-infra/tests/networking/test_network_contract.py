"""What holds for every variant of a network: clean, without lookups, and on offer in SSM."""

import pytest

from mlops_commons.stage import ImportNetwork

pytestmark = pytest.mark.construct

EVERY_VARIANT = [
    "nat",
    "three NAT gateways",
    "no NAT gateway",
    "endpoints only",
    "every endpoint",
    "import",
    "import with endpoints",
]
each_variant = pytest.mark.parametrize("name", EVERY_VARIANT)


@each_variant
def test_the_security_rules_have_no_open_finding_and_nothing_is_looked_up(variant, name) -> None:
    # An open finding fails the synthesis inside the fixture.
    assert variant(name).missing_context == []


def test_the_parameters_carry_the_created_ids(variant) -> None:
    parameters = variant("nat").resources("AWS::SSM::Parameter").values()
    values = {
        parameter["Name"]: (parameter["Type"], parameter["Value"]) for parameter in parameters
    }
    network = variant("nat")
    private = [{"Ref": key} for key in network.subnets("Private")]
    vpc, _ = network.only("AWS::EC2::VPC")
    workloads, _ = network.described("Machine learning workloads of this stage")
    assert values == {
        "/vpc/id": ("String", {"Ref": vpc}),
        "/vpc/subnets/private/ids": (
            "StringList",
            {"Fn::Join": ["", [private[0], ",", private[1], ",", private[2]]]},
        ),
        "/vpc/sg/id": ("String", {"Fn::GetAtt": [workloads, "GroupId"]}),
    }


def test_the_parameters_carry_the_imported_ids(variant) -> None:
    parameters = variant("import").resources("AWS::SSM::Parameter").values()
    assert {parameter["Name"]: parameter["Value"] for parameter in parameters} == {
        "/vpc/id": "vpc-0123456789abcdef0",
        "/vpc/subnets/private/ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
        "/vpc/sg/id": "sg-0123456789abcdef0",
    }


def test_a_namespace_goes_in_front_of_the_names(synthesise) -> None:
    props = ImportNetwork(
        vpc_id="vpc-0123456789abcdef0",
        subnets=("subnet-0123456789abcdef0",),
        base_security_group="sg-0123456789abcdef0",
    )
    parameters = synthesise(props, namespace="bu1").resources("AWS::SSM::Parameter").values()
    assert all(parameter["Name"].startswith("/bu1/vpc/") for parameter in parameters)
