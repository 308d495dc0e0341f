"""No policy is longer than IAM takes, and whoever configures too much reads so beforehand."""

import aws_cdk as cdk
import botocore.session
import pytest

from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.lengths import LONGEST, MOST_CHARACTERS, fitting, length_of, with_denials
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

WHERE = "eu-west-1"


def statements(count: int) -> tuple[Statement, ...]:
    """Each of them has 400 characters, of which 300 are its name."""
    return tuple(
        Statement(sid=f"{n:0300}", actions=("s3:GetObject",), resources=(f"arn:aws:s3:::b{n}/x",))
        for n in range(count)
    )


def test_a_policy_keeps_the_names_of_its_statements_where_there_is_room() -> None:
    assert fitting(statements(10), "p", region=WHERE) == statements(10)


def test_a_policy_goes_without_names_before_it_is_too_long() -> None:
    found = fitting(statements(30), "p", region=WHERE)
    assert length_of(statements(30), WHERE) > MOST_CHARACTERS >= length_of(found, WHERE)
    assert {statement.sid for statement in found} == {""}


@pytest.mark.parametrize(("region", "named"), [("eu-west-1", True), ("ap-southeast-1", False)])
def test_names_of_statements_go_where_the_region_of_a_stack_leaves_no_room(
    region: str, named: bool
) -> None:
    resources = ("arn:aws:s3:::b-${AWS::Region}-" + "x" * 80,)
    rows = [Statement(sid=f"n{n}", actions=("s3:Get",), resources=resources) for n in range(36)]
    assert (length_of(rows, region) <= MOST_CHARACTERS) is named
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region=region))
    made = managed_policy(stack, "Policy", rows, description="with or without names")
    assert all(("Sid" in row) is named for row in stack.resolve(made.document)["Statement"])


def test_no_region_takes_more_characters_than_the_longest() -> None:
    rows = [Statement(sid="s", actions=("s3:X",), resources=("${AWS::Partition}:${AWS::Region}",))]
    session = botocore.session.Session()
    regions = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    ]
    assert len(regions) > 30
    assert max(length_of(rows, region) for region in regions) <= length_of(rows, LONGEST)


def test_what_stays_too_long_is_refused_where_the_stack_is_made() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    with pytest.raises(PlatformError, match=r"'Stack/Policy' would .*; IAM takes 6144") as said:
        managed_policy(stack, "Policy", statements(90), description="too much")
    assert "projects.role_actions" in str(said.value.hint)


def test_a_token_is_as_long_as_what_it_stands_for() -> None:
    subnet = cdk.CfnParameter(cdk.Stack(cdk.App(), "Stack"), "Subnet").value_as_string
    known, unknown = (
        (Statement(sid="s", actions=("ec2:X",), resources=(f"arn:aws:ec2:::subnet/{name}",)),)
        for name in ("subnet-0123456789abcdef0", subnet)
    )
    assert length_of(unknown, WHERE) == length_of(known, WHERE)


def test_denials_of_an_organization_are_told_how_much_room_there_is() -> None:
    own, denials = statements(40), statements(60)
    with pytest.raises(PlatformError, match="with the statements of org") as said:
        with_denials(own, denials, "'b'", region=WHERE)
    room = MOST_CHARACTERS - length_of(fitting(own, "p", region=WHERE), WHERE)
    assert f"room for {room} characters" in str(said.value.hint)
