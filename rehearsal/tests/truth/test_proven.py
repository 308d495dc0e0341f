"""Nothing is said to be proven by more than what proves it."""

import pytest

from mlops_rehearsal.truth.document import grouped, share
from mlops_rehearsal.truth.emulator import Emulated, EmulatedType
from mlops_rehearsal.truth.level import Level
from mlops_rehearsal.truth.proven import Proven, actions, types
from mlops_rehearsal.truth.reference import members
from mlops_rehearsal.truth.used import allowed

pytestmark = pytest.mark.pure


def made(**changes: object) -> EmulatedType:
    given = {"known": True, "record": True, "passes": (), "players": (), "actions": ()}
    return EmulatedType(**{**given, **changes})  # type: ignore[arg-type]


EMULATOR = Emulated(
    types={
        "AWS::A::Record": made(actions=("sns:CreateTopic", "sqs:CreateQueue")),
        "AWS::A::Played": made(players=("sagemaker.pipelines",)),
        "AWS::A::Made": made(record=False, passes=("ministack.services.a",)),
        "AWS::A::Strange": made(known=False, record=False),
    },
    deeds={"kms:Decrypt": ["s3.amazonaws.com: read"]},
    operations={"sns": {"Publish", "CreateTopic"}},
)


def level_of(action: str) -> Level:
    (found,) = actions([action], EMULATOR)
    return found.level


def test_a_type_that_is_a_record_and_played_by_nothing_is_its_schema() -> None:
    found = {row.name: row.level for row in types(EMULATOR.types, EMULATOR)}
    assert found == {
        "AWS::A::Record": Level.SCHEMA,
        "AWS::A::Played": Level.ENFORCED,
        "AWS::A::Made": Level.ENFORCED,
        "AWS::A::Strange": Level.AWS,
    }


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("kms:Decrypt", Level.ENFORCED),
        ("sns:Publish", Level.ENFORCED),
        ("sqs:CreateQueue", Level.SCHEMA),
        ("sqs:DeleteQueue", Level.DATA),
        ("sqs:DeleteQueu", Level.AWS),
        ("nosuch:Thing", Level.AWS),
        ("sns:Publis*", Level.ENFORCED),
        ("sns:*", Level.DATA),
    ],
)
def test_an_action_is_proven_by_who_asks_for_it(action: str, level: Level) -> None:
    assert level_of(action) is level


def test_an_action_that_is_newer_than_the_reference_is_known_to_the_sdk() -> None:
    assert members("sts:GetCallerIdentity") == ("sts:GetCallerIdentity",)
    assert members("cloudformation:DescribeEvents") == ("cloudformation:DescribeEvents",)
    assert members("cloudformation:DescribeEvent") == ()


def test_only_what_is_allowed_counts() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*"}
    allow = {"Effect": "Allow", "Action": ["sns:Publish", {"Ref": "A"}]}
    assert list(allowed({"Statement": [deny, {"Properties": [allow]}]})) == ["sns:Publish"]


def test_the_share_is_what_is_above_the_schema() -> None:
    levels = [*Level, Level.SCHEMA]
    found = {
        "things": [Proven(name=f"a:{n}", level=level, by="x") for n, level in enumerate(levels)]
    }
    assert share(found) == [
        ("things", "1", "1", "1", "2", "1", "50 %"),
        ("all", "1", "1", "1", "2", "1", "50 %"),
    ]


def test_what_is_proven_alike_is_in_one_row() -> None:
    rows = [Proven(name=f"s3:{name}", level=Level.DATA, by="x") for name in "ab"]
    assert grouped(rows, ":") == [("s3: `a`, `b`", "independent data", "x")]
