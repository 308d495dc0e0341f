"""Finding 3: who can exchange what a version of a model is made of, after people looked at it?

Each attack is stopped by exactly one statement of the artifact bucket's policy: without it, the
attack passes. Callers have every permission by identity, as somebody's mistake may give them one
day; the bucket alone decides.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from launched_projects import DEV, PRODUCTS, PROJECT_ID, PROPS, launched

from mlops_commons.iam.evaluation import Request, applies

pytestmark = pytest.mark.pure


def role(name: str) -> str:
    return f"arn:aws:iam::{DEV}:role/{name}"


SEAL = role(PROPS.gate.seal)
EXECUTION, BUILD = role(f"sagemaker-{PROJECT_ID}-execution"), role(f"sagemaker-{PROJECT_ID}-build")
SYNTH = role(f"sagemaker-{PROJECT_ID}-synth")
SCIENTIST = role("dev-mlops-infra-DataScientistRole-1")
LEAD = role("dev-mlops-infra-LeadDataScientistRole-1")
FOREIGN = role("sagemaker-p-other-execution")
FOREIGN_ACCOUNT = "arn:aws:iam::666666666666:role/sagemaker-p-other-execution"
ANYBODY = (SEAL, EXECUTION, BUILD, SYNTH, SCIENTIST, LEAD, FOREIGN, FOREIGN_ACCOUNT)

SEALED = f"registered/{'0' * 64}/model.tar.gz"
SCRIPT = f"sources/{'0' * 64}/source_scripts/evaluate.py"
MODEL = "models/pipelines-1-Train/output/model.tar.gz"
CREATES = {"s3:ObjectCreationOperation": "true"}
ONCE = {**CREATES, "s3:if-none-match": "*"}
UPLOADS_A_PART = {"s3:ObjectCreationOperation": "false"}
WRITERS = {SEALED: SEAL, SCRIPT: BUILD, MODEL: EXECUTION}
Attack = tuple[str, str, str, Mapping[str, str]]
ATTACKS: dict[str, list[Attack]] = {
    "RegisteredByOneRole": [
        (caller, "s3:PutObject", SEALED, ONCE) for caller in ANYBODY if caller != SEAL
    ],
    "RegisteredOnce": [(SEAL, "s3:PutObject", SEALED, CREATES)],
    "RegisteredStay": [
        (caller, f"s3:{action}", SEALED, {})
        for caller in ANYBODY
        for action in ("DeleteObject", "DeleteObjectVersion")
    ],
    "SourcesByOneRole": [
        (caller, "s3:PutObject", SCRIPT, ONCE) for caller in ANYBODY if caller != BUILD
    ],
    "SourcesOnce": [(BUILD, "s3:PutObject", SCRIPT, CREATES)],
    "SourcesStay": [
        (caller, f"s3:{action}", SCRIPT, {})
        for caller in ANYBODY
        for action in ("DeleteObject", "DeleteObjectVersion")
    ],
    "ModelsByOneRole": [
        (caller, f"s3:{action}", MODEL, CREATES)
        for caller in ANYBODY
        for action in ("PutObject", "DeleteObject", "DeleteObjectVersion")
        if caller != EXECUTION
    ],
    "TlsOnly": [
        (EXECUTION, action, key, {**CREATES, "aws:SecureTransport": "false"})
        for action, key in (("s3:PutObject", MODEL), ("s3:GetObject", SEALED))
    ],
}
"""By the statement that stops them: who, which action, on which key, with what in the call."""


def statements(slug: str = "basic") -> list[dict[str, Any]]:
    policy = launched(slug).resources["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]
    return list(policy["Statement"])


def denied(attack: Attack, policy: Iterable[Mapping[str, Any]], slug: str = "basic") -> bool:
    """Whether an explicit deny for everybody stops a call, whatever the caller's own policies."""
    caller, action, key, context = attack
    request = Request(
        action,
        f"{launched(slug).arn('ArtifactBucket')}/{key}",
        {"aws:SecureTransport": "true", "aws:PrincipalArn": caller, **context},
    )
    everybody = (
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in policy
        if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}
    )
    return any(applies(statement, request) for statement in everybody)


@pytest.mark.parametrize("slug", [product.slug for product in PRODUCTS])
@pytest.mark.parametrize("sid", list(ATTACKS))
def test_an_attack_on_evidence_is_stopped_by_the_bucket(slug: str, sid: str) -> None:
    passed = [attack for attack in ATTACKS[sid] if not denied(attack, statements(slug), slug)]
    assert passed == []


@pytest.mark.parametrize("sid", list(ATTACKS))
def test_every_attack_passes_without_its_statement(sid: str) -> None:
    without = [statement for statement in statements() if statement["Sid"] != sid]
    assert len(without) == len(statements()) - 1
    stopped = [attack for attack in ATTACKS[sid] if denied(attack, without)]
    assert stopped == []


def test_every_denial_of_the_bucket_has_its_attack() -> None:
    assert {s["Sid"] for s in statements() if s["Effect"] == "Deny"} == set(ATTACKS)


@pytest.mark.parametrize("key", list(WRITERS))
def test_who_makes_the_evidence_can_write_it_once(key: str) -> None:
    context = CREATES if key == MODEL else ONCE
    assert not denied((WRITERS[key], "s3:PutObject", key, context), statements())


def test_large_evidence_is_uploaded_in_parts() -> None:
    for key, writer in WRITERS.items():
        assert not denied((writer, "s3:PutObject", key, UPLOADS_A_PART), statements())


@pytest.mark.parametrize("caller", ANYBODY)
def test_everything_else_in_the_bucket_is_for_identity_policies_to_decide(caller: str) -> None:
    for key in ("data/train.csv", "executions/1/Evaluate/evaluation/evaluation.json"):
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert not denied((caller, action, key, CREATES), statements())
    assert not denied((caller, "s3:GetObject", SEALED, {}), statements())


def test_the_execution_role_invokes_seal_and_no_other_function() -> None:
    allowed = [
        resource
        for statement in launched("basic").statements("Execution")
        if "lambda:InvokeFunction" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert allowed == [f"arn:aws:lambda:eu-west-1:{DEV}:function:{PROPS.gate.seal}"]
