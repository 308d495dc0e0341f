"""Batches are scored by a schedule in prod, and by tests everywhere else.

Sources: CreateSchedule, EventBridge Scheduler API Reference (`State` is ENABLED where nothing is
said); "Schedule Pipeline Runs", SageMaker Developer Guide; what the tests of a stage do with the
data of its bucket, by the API Reference of Amazon S3.
"""

from collections.abc import Iterator

from mlops_rehearsal.behaviour.asking import Need, excess, lacking
from mlops_rehearsal.behaviour.checks.readers import key_of
from mlops_rehearsal.behaviour.pipelines import comparing, scoring
from mlops_rehearsal.behaviour.stack import Stack


def schedules_run_in_prod(stack: Stack) -> Iterator[str]:
    """Nobody scores batches of dev and preprod each night; in prod the schedule is on.

    Traffic is compared wherever there is a pipeline for it.
    """
    compared = {stack.arn(pipeline.id) for pipeline in comparing(stack)}
    for schedule in stack.of_type("AWS::Scheduler::Schedule"):
        state = schedule.properties["State"] or "ENABLED"
        always = schedule.properties["Target"]["Arn"] in compared
        wanted = "ENABLED" if always or stack.name.endswith("-prod") else "DISABLED"
        if state != wanted:
            yield f"{schedule.id} is {state} in {stack.name}"


def schedules_start_what_is_there(stack: Stack) -> Iterator[str]:
    """What a schedule starts is made before the schedule: it may be due at once."""
    for schedule in stack.of_type("AWS::Scheduler::Schedule"):
        target = stack.by_arn.get(schedule.properties["Target"]["Arn"])
        if target and target.id not in stack.awaited[schedule.id]:
            yield f"{schedule.id} may be due before {target.id} is there"


def tests_score_samples(stack: Stack) -> Iterator[str]:
    """Tests of a pipeline bring samples and read scores in the stage's bucket, and no data."""
    if not any(scoring(stack)):
        return
    for role in stack.of_type("AWS::IAM::Role"):
        for bucket in stack.of_type("AWS::S3::Bucket"):
            if not stack.named(role.id).endswith("-test") or "Logs" in bucket.id:
                continue
            arn = stack.arn(bucket.id)
            bring = ("s3:PutObject", "s3:GetObject")
            sample = f"{arn}/integration-test/sample"
            yield from lacking(
                stack,
                role,
                [
                    Need(why="bring a sample", actions=bring, resource=sample),
                    Need(why="read scores", actions=bring[1:], resource=f"{arn}/output/x"),
                    Need(why="find scores", actions=("s3:ListBucket",), resource=arn),
                ],
            )
            key = key_of(stack, bucket)
            use = ("kms:Decrypt", "kms:GenerateDataKey")
            if key:
                need = Need(why="encrypt a sample", actions=use, resource=stack.arn(key.id))
                yield from lacking(stack, role, [need])
            data = Need(why="exchange data", actions=bring[:1], resource=f"{arn}/captured/x")
            yield from excess(stack, role, [data])
