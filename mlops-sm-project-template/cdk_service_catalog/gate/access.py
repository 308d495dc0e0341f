"""What each function of the gate may do, in the dev account of a set."""

from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns

OF_ALL_PROJECTS = (
    "the functions serve every project of the account set; ids of projects are random, and the "
    "function itself goes by the project that its pipeline names"
)


def write_logs(function: str) -> tuple[Statement, ...]:
    """Its own log group, which the stack makes."""
    return (
        Statement(
            sid="WriteItsLog",
            actions=actions("logs", "CreateLogStream PutLogEvents"),
            resources=arns("logs", f"log-group:/aws/lambda/{function}:*"),
            reason="Lambda names log streams by date and instance",
        ),
    )


def seal_statements(bucket_prefix: str) -> tuple[Statement, ...]:
    """Read trained models, write sealed ones."""
    bucket = _bucket(bucket_prefix, "artifacts")
    return (
        Statement(
            sid="ReadTrainedModels",
            actions=actions("s3", "GetObject GetObjectVersion"),
            resources=(f"{bucket}/models/*",),
            reason=OF_ALL_PROJECTS,
        ),
        Statement(
            sid="FindTrainedModels",
            actions=("s3:ListBucket",),
            resources=(bucket,),
            reason=f"without it S3 does not say that an object is missing; {OF_ALL_PROJECTS}",
        ),
        Statement(
            sid="WriteSealedModels",
            actions=actions("s3", "AbortMultipartUpload PutObject"),
            resources=(f"{bucket}/registered/*",),
            reason=OF_ALL_PROJECTS,
        ),
        _use_keys("Decrypt GenerateDataKey"),
    )


def job_results() -> Statement:
    """Tell CodePipeline how a job has ended, by an id that only the job's function is given."""
    return Statement(
        sid="AnswerJobs",
        actions=actions("codepipeline", "PutJobFailureResult PutJobSuccessResult"),
        resources=("*",),
        reason=NO_RESOURCE_LEVEL,
    )


def _bucket(prefix: str, purpose: str) -> str:
    return f"arn:${{AWS::Partition}}:s3:::{prefix}-p-*-{purpose}-${{AWS::AccountId}}"


def _use_keys(names: str) -> Statement:
    return Statement(
        sid="UseKeysOfProjects",
        actions=actions("kms", names),
        resources=arns("kms", "key/*"),
        reason=f"through S3 only, for objects that other statements name; {OF_ALL_PROJECTS}",
        condition={
            "StringEquals": {"kms:ViaService": "s3.${AWS::Region}.${AWS::URLSuffix}"},
        },
    )
