"""Who can exchange what the actions of a pipeline hand to each other, while an approval waits?

Callers have every permission by identity; the bucket alone decides. The keys are those of AWS's
examples (CodePipeline User Guide, "Input and output artifacts"), with both names shortened.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from launched_projects import DEV, PRODUCTS, PROJECT_ID, launched
from policy_evaluation import allows

from mlops_commons.iam.evaluation import Request, applies

pytestmark = pytest.mark.pure


def role(name: str) -> str:
    return f"arn:aws:iam::{DEV}:role/{name}"


BUILD, DEPLOY = (role(f"sagemaker-{PROJECT_ID}-{kind}-pipeline") for kind in ("build", "deploy"))
SYNTH = role(f"sagemaker-{PROJECT_ID}-synth")
OTHERS = (
    *(role(f"sagemaker-{PROJECT_ID}-{kind}") for kind in ("build", "test", "execution")),
    *(role(f"dev-mlops-infra-{who}Role-1") for who in ("DataScientist", "LeadDataScientist")),
    role("sagemaker-p-other-deploy-pipeline"),
    f"arn:aws:iam::666666666666:role/sagemaker-{PROJECT_ID}-synth",
)
WRITERS = {
    "sagemaker-churn-p-ab/BuildCode/68bcd5a.zip": BUILD,
    "sagemaker-churn-p-ab/DeployCode/68bcd5a.zip": DEPLOY,
    "sagemaker-churn-p-ab/Assembly/6c59c46.zip": SYNTH,
    "sagemaker-churn-p-ab/Verified/6954144.zip": DEPLOY,
}
"""By the key of an artifact: the one role whose action or build makes it."""
ASSEMBLY = "sagemaker-churn-p-ab/Assembly/6c59c46.zip"
ELSEWHERE = ("sagemaker-churn-p-ab/templates/prod.template.json", "prod.template.json")
EVERYONE = (BUILD, DEPLOY, SYNTH, *OTHERS)
WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
ATTACKS = {
    "WhatIsNoArtifactByOneRole": [
        (who, key) for who in EVERYONE if who != DEPLOY for key in ELSEWHERE
    ],
    **{
        f"{key.split('/')[1]}ByOneRole": [(who, key) for who in EVERYONE if who != writer]
        for key, writer in WRITERS.items()
    },
}
"""By the one statement that stops them: who, on which key."""


def statements(slug: str = "basic") -> list[dict[str, Any]]:
    policy = launched(slug).resources["PipelineBucketPolicy"]["Properties"]["PolicyDocument"]
    return list(policy["Statement"])


def denied(
    who: str, key: str, policy: Iterable[Mapping[str, Any]], slug: str = "basic", **context: str
) -> set[str]:
    """The writes that an explicit denial for everybody stops."""
    everybody = [
        {name: value for name, value in statement.items() if name != "Principal"}
        for statement in policy
        if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}
    ]
    bucket = launched(slug).arn("PipelineBucket")
    given = {"aws:SecureTransport": "true", "aws:PrincipalArn": who, **context}
    return {
        action
        for action in WRITES
        if any(applies(row, Request(action, f"{bucket}/{key}", given)) for row in everybody)
    }


@pytest.mark.parametrize("slug", [product.slug for product in PRODUCTS])
@pytest.mark.parametrize("sid", list(ATTACKS))
def test_an_exchanged_artifact_is_stopped_by_the_bucket(slug: str, sid: str) -> None:
    for who, key in ATTACKS[sid]:
        assert denied(who, key, statements(slug), slug) == set(WRITES), (who, key)


@pytest.mark.parametrize("sid", list(ATTACKS))
def test_every_exchange_passes_without_its_statement(sid: str) -> None:
    without = [statement for statement in statements() if statement["Sid"] != sid]
    assert len(without) == len(statements()) - 1
    assert [row for row in ATTACKS[sid] if denied(*row, without)] == []


def test_each_artifact_is_written_by_the_role_that_makes_it() -> None:
    for key, writer in WRITERS.items():
        assert denied(writer, key, statements()) == set(), key
    for key in ELSEWHERE:
        assert denied(DEPLOY, key, statements()) == set(), "CodePipeline hands templates on"


@pytest.mark.parametrize("slug", [product.slug for product in PRODUCTS])
def test_what_the_pipelines_name_their_artifacts_is_what_the_policy_names(slug: str) -> None:
    """CodePipeline shortens a name after its tenth character."""
    made = {
        output["Name"]
        for pipeline in launched(slug).of_type("AWS::CodePipeline::Pipeline")
        for stage in pipeline["Stages"]
        for action in stage["Actions"]
        for output in action["OutputArtifacts"]
    }
    assert made == {key.split("/")[1] for key in WRITERS}
    assert all(len(name) <= 10 for name in made)


@pytest.mark.parametrize("slug", [product.slug for product in PRODUCTS])
@pytest.mark.parametrize(
    ("name", "own"), [("BuildPipeline", BUILD), ("DeployPipeline", DEPLOY), ("Synth", SYNTH)]
)
def test_a_role_may_write_its_own_artifacts_by_identity_too(slug: str, name: str, own: str) -> None:
    bucket, policy = launched(slug).arn("PipelineBucket"), launched(slug).statements(name)
    for key in (*WRITERS, *ELSEWHERE):
        request = Request("s3:PutObject", f"{bucket}/{key}")
        mine = allows(policy, request) and not denied(own, key, statements(slug), slug)
        assert mine == (WRITERS.get(key, DEPLOY) == own), key


def test_every_denial_of_the_bucket_has_its_attack() -> None:
    found = {row["Sid"] for row in statements() if row["Effect"] == "Deny"}
    assert found == {"TlsOnly", *ATTACKS}
    plain = {"aws:SecureTransport": "false"}
    assert denied(SYNTH, ASSEMBLY, statements(), **plain) == set(WRITES)
