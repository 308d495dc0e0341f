"""What the configuration gives a persona besides works through its boundary, and ends there."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from persona_policies import ACCOUNT, REGION, SCOPE, STUDIO_SESSION, rendered
from policy_evaluation import Request, allows

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import Persona
from mlops_commons.stage import Access, DataBucket, Further
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.roles import PersonaRoles

pytestmark = pytest.mark.construct

LAKE = "555555555555"
MINE = f"arn:aws:iam::{ACCOUNT}:policy/Athena"
OF_AWS = "arn:aws:iam::aws:policy/AmazonAthenaFullAccess"
FURTHER = Further(
    policy_arns=(MINE,),
    actions=("athena:StartQueryExecution", "athena:Get*"),
    data_buckets=(
        DataBucket(name="sales"),
        DataBucket(name="features", access=Access.READ_WRITE),
        DataBucket(name="lake", account=LAKE),
    ),
)
ALL = {key: FURTHER for key in Persona}
THROUGH_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
BUCKET = "arn:aws:s3:::"


def made(further: Mapping[Persona, Further]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        app = platform_app(outdir=folder)
        stack = cdk.Stack(app, "personas", env=cdk.Environment(account=ACCOUNT, region=REGION))
        PersonaRoles(stack, "Personas", within=SCOPE, further=further)
        app.synth()  # fails on any open finding
        template = json.loads((Path(folder) / "personas.template.json").read_text())
    found: dict[str, Any] = rendered(template["Resources"])
    return found


@cache
def everybody() -> dict[str, Any]:
    return made(ALL)


def layers(key: Persona) -> tuple[list[Any], list[Any]]:
    """The statements of a persona's policies, and those of its boundary."""
    found = everybody()
    begin = "Personas" + "".join(word.capitalize() for word in key.split("_")) + "Role"
    (role,) = (n for n, r in found.items() if n.startswith(begin) and "IAM::Role" in r["Type"])
    properties = found[role]["Properties"]
    names = [n for n in properties["ManagedPolicyArns"] if n in found]
    names += [n for n, r in found.items() if role in r["Properties"].get("Roles", ())]
    document = "PolicyDocument"
    given = [s for n in names for s in found[n]["Properties"][document]["Statement"]]
    boundary = found[properties["PermissionsBoundary"]]["Properties"][document]["Statement"]
    return given, boundary


def may(key: Persona, action: str, resource: str, context: dict[str, Any] | None = None) -> bool:
    """By the policies of the template, and by what the organization's own policy allows."""
    request = Request(action, resource, {**STUDIO_SESSION, **(context or {})})
    given, boundary = layers(key)
    own = {"Effect": "Allow", "Action": "athena:*", "Resource": "*"}
    return allows([*given, own], request) and allows(boundary, request)


KEYS = pytest.mark.parametrize("key", list(Persona))


@KEYS
def test_a_bucket_of_the_organization_is_used_as_far_as_configured(key: Persona) -> None:
    for name in ("sales", "features"):
        assert may(key, "s3:GetObject", f"{BUCKET}{name}/x")
        assert may(key, "s3:ListBucket", f"{BUCKET}{name}")
    assert may(key, "s3:PutObject", f"{BUCKET}features/x")
    assert may(key, "s3:DeleteObject", f"{BUCKET}features/x")
    assert not may(key, "s3:PutObject", f"{BUCKET}sales/x")
    assert not may(key, "s3:GetObject", f"{BUCKET}payroll/x")
    assert not may(key, "s3:PutBucketPolicy", f"{BUCKET}features")
    key_of_data = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert may(key, "kms:Decrypt", key_of_data, THROUGH_S3)
    assert may(key, "kms:GenerateDataKey", key_of_data, THROUGH_S3)
    assert not may(key, "kms:Decrypt", key_of_data)


@KEYS
def test_a_bucket_of_that_name_in_another_account_is_not_the_one(key: Persona) -> None:
    """Names of buckets are free for everybody once a bucket is deleted."""
    foreign = {"aws:ResourceAccount": LAKE}
    assert not may(key, "s3:GetObject", f"{BUCKET}sales/x", foreign)
    assert may(key, "s3:GetObject", f"{BUCKET}lake/x", foreign)
    assert not may(key, "s3:GetObject", f"{BUCKET}lake/x")
    key_of_lake = f"arn:aws:kms:{REGION}:{LAKE}:key/1"
    assert may(key, "kms:Decrypt", key_of_lake, THROUGH_S3)
    assert not may(key, "kms:GenerateDataKey", key_of_lake, THROUGH_S3)


@KEYS
def test_an_own_policy_does_what_the_boundary_lets_through_and_no_more(key: Persona) -> None:
    assert may(key, "athena:StartQueryExecution", "*")
    assert may(key, "athena:GetQueryResults", "*")
    assert not may(key, "athena:DeleteWorkGroup", "*")


def test_without_the_configuration_nothing_of_it_is_there() -> None:
    text = json.dumps(made({}))
    assert not [word for word in ("athena", "features/", LAKE) if word in text]


def test_a_policy_of_aws_passes_the_rule_packs_when_it_is_configured() -> None:
    found = made({Persona.AUDITOR: Further(policy_arns=(OF_AWS,), actions=("athena:Get*",))})
    roles = [r["Properties"] for r in found.values() if r["Type"] == "AWS::IAM::Role"]
    assert [OF_AWS in role["ManagedPolicyArns"] for role in roles].count(True) == 1


def test_everybody_has_room_for_a_policy_and_nobody_for_ten() -> None:
    made({key: Further(policy_arns=(MINE,), actions=("athena:Get*",)) for key in Persona})
    many = tuple(f"{MINE}{number}" for number in range(10))
    for key in Persona:
        with pytest.raises(PlatformError, match=rf"{key}.policy_arns has 10; IAM attaches 10"):
            made({key: Further(policy_arns=many, actions=("athena:Get*",))})


def test_a_boundary_that_iam_would_not_take_is_refused() -> None:
    many = tuple(f"athena:GetSomethingLong{number}" for number in range(100))
    with pytest.raises(PlatformError, match=r"IAM takes 6144"):
        made({Persona.DATA_SCIENTIST: Further(policy_arns=(MINE,), actions=many)})
