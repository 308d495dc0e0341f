"""Finding 3 of the review: who can exchange a model that a person has approved? Nobody."""

from typing import Any

import pytest
from launched_projects import DEV, PRODUCTS, PROJECT_ID, PROPS, launched
from policy_evaluation import Request

from mlops_commons.iam.evaluation import applies

pytestmark = pytest.mark.pure

SEAL = f"arn:aws:iam::{DEV}:role/{PROPS.gate.seal}"
OTHERS = (
    f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-execution",
    f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-build",
    f"arn:aws:iam::{DEV}:role/dev-mlops-infra-DataScientistRole-1",
    f"arn:aws:iam::{DEV}:role/dev-mlops-infra-LeadDataScientistRole-1",
)
KEY = f"registered/{'0' * 64}/model.tar.gz"
COMPLETE = {"s3:ObjectCreationOperation": "true"}
ONCE = {"s3:if-none-match": "*"}


def denied(slug: str, caller: str, action: str, key: str, context: Any = None) -> bool:
    project = launched(slug)
    policy = project.resources["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]
    request = Request(
        action,
        f"{project.arn('ArtifactBucket')}/{key}",
        {"aws:PrincipalArn": caller, "aws:SecureTransport": "true", **(context or {})},
    )
    everybody = (
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}
    )
    return any(applies(statement, request) for statement in everybody)


@pytest.mark.parametrize("slug", [product.slug for product in PRODUCTS])
def test_the_gate_alone_writes_sealed_models_and_only_once(slug: str) -> None:
    assert not denied(slug, SEAL, "s3:PutObject", KEY, {**COMPLETE, **ONCE})
    assert denied(slug, SEAL, "s3:PutObject", KEY, COMPLETE), "the gate itself could overwrite"
    for caller in OTHERS:
        assert denied(slug, caller, "s3:PutObject", KEY, {**COMPLETE, **ONCE}), caller


@pytest.mark.parametrize("caller", [SEAL, *OTHERS])
@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion"])
def test_nobody_deletes_a_sealed_model(caller: str, action: str) -> None:
    assert denied("basic", caller, action, KEY)


@pytest.mark.parametrize("caller", OTHERS)
def test_data_and_trained_models_stay_writable(caller: str) -> None:
    for key in ("models/1/output/model.tar.gz", "data/train.csv"):
        assert not denied("basic", caller, "s3:PutObject", key, COMPLETE)


def test_the_execution_role_invokes_seal_and_no_other_function() -> None:
    allowed = [
        resource
        for statement in launched("basic").statements("Execution")
        if "lambda:InvokeFunction" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert allowed == [f"arn:aws:lambda:eu-west-1:{DEV}:function:{PROPS.gate.seal}"]
