"""What a job says of itself: its message, the end of its log, and where people read more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

LINES = 20
REASONS = ("ExitMessage", "FailureReason")
"""What a Describe call says of a job: a processing job's own words are in the first."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: how it is described, and where its log is.

    Source of the groups: SageMaker Developer Guide, "CloudWatch Logs for Amazon SageMaker AI".
    """

    describe: str
    name: str
    group: str


KINDS = {
    "training-job": Kind("describe_training_job", "TrainingJobName", "/aws/sagemaker/TrainingJobs"),
    "processing-job": Kind(
        "describe_processing_job", "ProcessingJobName", "/aws/sagemaker/ProcessingJobs"
    ),
    "transform-job": Kind(
        "describe_transform_job", "TransformJobName", "/aws/sagemaker/TransformJobs"
    ),
}


CONSOLES = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""AWS's consoles by partition (AWS Management Console, "Service endpoints")."""


@dataclass(frozen=True)
class Job:
    """The job of a step of an execution."""

    kind: Kind
    name: str
    region: str
    partition: str = "aws"

    @property
    def command(self) -> str:
        """What shows the whole log in a terminal."""
        return (
            f"aws logs tail {self.kind.group} --log-stream-name-prefix {self.name}/ --since 1d "
            f"--region {self.region}"
        )

    def link(self, stream: str) -> str:
        """What shows the log in the console, which wants its names quoted twice with $ for %."""
        group, stream = (
            quote(quote(part, safe=""), safe="").replace("%", "$")
            for part in (self.kind.group, stream)
        )
        console = CONSOLES.get(self.partition, CONSOLES["aws"]).format(region=self.region)
        return (
            f"https://{console}/cloudwatch/home?region={self.region}"
            f"#logsV2:log-groups/log-group/{group}/log-events/{stream}"
        )


def job_of(step: Any) -> Job | None:
    """The job of a step; None for a step without one, such as a condition."""
    for metadata in step.get("Metadata", {}).values():
        parts = str(metadata.get("Arn", "")).split(":", 5)
        kind, _, name = parts[-1].partition("/")
        if kind in KINDS and name:
            return Job(KINDS[kind], name, parts[3], parts[1])
    return None


def described(sagemaker: Any, job: Job) -> tuple[Job, str]:
    """The job by its own name, and what it says of itself; nothing when that cannot be read.

    An ARN has the name in small letters, and the log stream begins with it as it is.
    """
    try:
        found = getattr(sagemaker, job.kind.describe)(**{job.kind.name: job.name})
    except (BotoCoreError, ClientError):
        return job, ""
    words = next((str(found[name]) for name in REASONS if found.get(name)), "")
    return replace(job, name=found[job.kind.name]), words


def failure(sagemaker: Any, logs: Any, step: Any) -> Iterator[str]:
    """Why a step has failed: its reason, its job and what that said, and the end of its log."""
    yield f"error: {step['StepName']}: {step.get('FailureReason')}"
    job = job_of(step)
    if job is None:
        return
    job, message = described(sagemaker, job)
    yield f"  job: {job.name}"
    if message and message not in str(step.get("FailureReason")):
        yield from (f"  {line}" for line in message.splitlines())
    try:
        stream, lines = _end_of_log(logs, job)
    except (BotoCoreError, ClientError) as error:
        yield f"  log: {job.command} ({error})"
        return
    yield from (f"  | {line}" for line in lines)
    yield f"  log: {job.link(stream) if stream else job.command}"


def _end_of_log(logs: Any, job: Job) -> tuple[str, list[str]]:
    """The stream of a job's first machine, and its last lines; an end without a log has none."""
    streams = logs.describe_log_streams(
        logGroupName=job.kind.group, logStreamNamePrefix=f"{job.name}/", limit=1
    )["logStreams"]
    if not streams:
        return "", []
    stream: str = streams[0]["logStreamName"]
    events = logs.get_log_events(
        logGroupName=job.kind.group, logStreamName=stream, limit=LINES, startFromHead=False
    )["events"]
    return stream, [event["message"].rstrip() for event in events]
