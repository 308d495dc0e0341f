"""Who can exchange what the actions of a pipeline hand to each other, while an approval waits?

Callers have every permission by identity; the bucket alone decides. The keys are those of AWS's
examples (CodePipeline User Guide, "Input and output artifacts"), with both names shortened.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from launched_projects import DEV, PRODUCTS, PROJECT_ID, launched

from mlops_commons.iam.evaluation import Request, applies

pytestmark = pytest.mark.pure


def role(name: str) -> str:
    return f"arn:aws:iam::{DEV}:role/{name}"


PIPELINES = tuple(role(f"sagemaker-{PROJECT_ID}-{kind}-pipeline") for kind in ("build", "deploy"))
SYNTH = role(f"sagemaker-{PROJECT_ID}-synth")
OTHERS = (
    *(role(f"sagemaker-{PROJECT_ID}-{kind}") for kind in ("build", "test", "execution")),
    *(role(f"dev-mlops-infra-{who}Role-1") for who in ("DataScientist", "LeadDataScientist")),
    role("sagemaker-p-other-deploy-pipeline"),
    f"arn:aws:iam::666666666666:role/sagemaker-{PROJECT_ID}-synth",
)
ASSEMBLY = "sagemaker-churn-p-ab/Assembly/6c59c46.zip"
MORE = (
    "sagemaker-churn-p-ab/Verified/6954144.zip",
    "sagemaker-churn-p-ab/Source/68bcd5a.zip",
    "sagemaker-churn-p-ab/templates/prod.template.json",
)
WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
ATTACKS = {
    "OnlyPipelinesAndSynthWrite": [(who, ASSEMBLY) for who in OTHERS],
    "OnlyPipelinesWriteMoreThanAssemblies": [(SYNTH, key) for key in MORE],
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


def test_nobody_but_the_pipelines_writes_what_the_gate_has_written() -> None:
    for who in (*OTHERS, SYNTH):
        for key in MORE:
            assert denied(who, key, statements()) == set(WRITES), (who, key)


def test_the_pipelines_write_everything_and_synth_the_assembly() -> None:
    for who in PIPELINES:
        for key in (ASSEMBLY, *MORE):
            assert denied(who, key, statements()) == set()
    assert denied(SYNTH, ASSEMBLY, statements()) == set()


def test_every_denial_of_the_bucket_has_its_attack() -> None:
    found = {row["Sid"] for row in statements() if row["Effect"] == "Deny"}
    assert found == {"TlsOnly", *ATTACKS}
    plain = {"aws:SecureTransport": "false"}
    assert denied(PIPELINES[0], ASSEMBLY, statements(), **plain) == set(WRITES)
