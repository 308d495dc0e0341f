"""Which role writes which objects of a project, whatever other policies say.

What is deployed is what the pipelines made: nobody exchanges a model's archive or its source after
its version was registered. Source: "Enforce conditional writes on Amazon S3 buckets", Amazon S3
User Guide (s3:if-none-match, s3:ObjectCreationOperation).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.checks.access_logs import policy_of
from mlops_rehearsal.behaviour.policies import resource_denies
from mlops_rehearsal.behaviour.stack import Resource, Stack

DELETE: Final = ("s3:DeleteObject", "s3:DeleteObjectVersion")


@dataclass(frozen=True, kw_only=True)
class Written:
    """Objects of a bucket: who writes and deletes them, by the end of the role's name.

    Attributes:
        once: an object that is there is not written again.
    """

    bucket: str
    objects: str
    writers: tuple[str, ...]
    deleters: tuple[str, ...]
    once: bool = False


ROWS: Final = (
    Written(
        bucket="-artifacts-",
        objects="models/m/model.tar.gz",
        writers=("-execution",),
        deleters=("-execution",),
    ),
    Written(
        bucket="-artifacts-",
        objects="sources/s.tar.gz",
        writers=("-build",),
        deleters=(),
        once=True,
    ),
    Written(
        bucket="-artifacts-",
        objects="registered/1.json",
        writers=("gate-seal-euw1",),
        deleters=(),
        once=True,
    ),
    *(
        Written(bucket="-pipeline-", objects=f"run/{name}/one", writers=(who,), deleters=(who,))
        for name, who in (
            ("BuildCode", "-build-pipeline"),
            ("DeployCode", "-deploy-pipeline"),
            ("Assembly", "-synth"),
            ("Verified", "-deploy-pipeline"),
            ("something-else", "-deploy-pipeline"),
        )
    ),
)
OTHERS: Final = ("-test-dev", "-events", "somebody-else")


def objects_have_one_writer(stack: Stack) -> Iterator[str]:
    """Each row, with its writers and with everybody else."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        for row in ROWS if stack.name.startswith("SC-") else ():
            if row.bucket in stack.ref(bucket.id):
                for who in sorted({name for r in ROWS for name in r.writers} | set(OTHERS)):
                    yield from _written(stack, bucket, row, who)


def objects_are_written_once(stack: Stack) -> Iterator[str]:
    """What is there is not replaced, and completing an upload in parts is not refused."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        for row in ROWS if stack.name.startswith("SC-") else ():
            if row.once and row.bucket in stack.ref(bucket.id):
                who = _arn(stack, row.writers[0])
                on = f"{stack.arn(bucket.id)}/{row.objects}"
                again = {"s3:ObjectCreationOperation": "true"}
                part = {"s3:ObjectCreationOperation": "false"}
                if not _denied(stack, bucket, who, "s3:PutObject", on, again):
                    yield f"{bucket.id}: {who} may replace {row.objects}"
                if _denied(stack, bucket, who, "s3:PutObject", on, part):
                    yield f"{bucket.id}: {who} may not upload {row.objects} in parts"


def _written(stack: Stack, bucket: Resource, row: Written, who: str) -> Iterator[str]:
    on, arn = f"{stack.arn(bucket.id)}/{row.objects}", _arn(stack, who)
    first = {"s3:if-none-match": "*", "s3:ObjectCreationOperation": "true"}
    if _denied(stack, bucket, arn, "s3:PutObject", on, first) is (who in row.writers):
        yield f"{bucket.id}: {arn} {'may not' if who in row.writers else 'may'} write {row.objects}"
    for action in DELETE:
        if _denied(stack, bucket, arn, action, on, {}) is (who in row.deleters):
            word = "may not" if who in row.deleters else "may"
            yield f"{bucket.id}: {arn} {word} {action} {row.objects}"


def _arn(stack: Stack, end: str) -> str:
    number = stack.parameters["SageMakerProjectId"]
    for role in stack.of_type("AWS::IAM::Role"):
        if stack.arn(role.id).endswith(f"sagemaker-{number}{end}"):
            return stack.arn(role.id)
    if end.startswith("gate"):
        return f"arn:aws:iam::{stack.account}:role/mlops-business-unit-1-{end}"
    return f"arn:aws:iam::{stack.account}:role/sagemaker-{number}{end}"


def _denied(
    stack: Stack, bucket: Resource, who: str, action: str, on: str, more: dict[str, Any]
) -> bool:
    keys = {"aws:PrincipalArn": who, **more}
    return resource_denies(policy_of(stack, bucket), who, Request(action, on, context(stack, keys)))
