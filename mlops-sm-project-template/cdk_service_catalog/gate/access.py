"""What each function of the gate may do, in the dev account of a set."""

from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.iam.through_services import through

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


def choose_statements(bucket_prefix: str) -> tuple[Statement, ...]:
    """Read the registry, and the evaluation of the version that is chosen."""
    return (
        job_results(),
        Statement(
            sid="FindVersions",
            actions=("sagemaker:ListModelPackages",),
            # The reference knows the action for versions, not for their group.
            resources=arns("sagemaker", "model-package-group/*-p-*", "model-package/*-p-*/*"),
            reason=OF_ALL_PROJECTS,
        ),
        _read_versions(),
        Statement(
            sid="ReadEvaluations",
            actions=("s3:GetObject",),
            resources=(f"{_bucket(bucket_prefix, 'artifacts')}/*/evaluation.json",),
            reason=OF_ALL_PROJECTS,
        ),
        _use_keys("Decrypt"),
    )


def verify_statements(bucket_prefix: str) -> tuple[Statement, ...]:
    """Read what a delivery is compared with; artifacts come with the credentials of the job."""
    artifacts = _bucket(bucket_prefix, "artifacts")
    return (
        job_results(),
        _read_versions(),
        Statement(
            sid="ReadSealedModels",
            actions=actions("s3", "GetObject GetObjectVersion"),
            resources=(f"{artifacts}/registered/*",),
            reason=OF_ALL_PROJECTS,
        ),
        Statement(
            sid="CountVersionsOfSealedModels",
            actions=("s3:ListBucketVersions",),
            resources=(artifacts,),
            reason=OF_ALL_PROJECTS,
            condition={"StringLike": {"s3:prefix": "registered/*"}},
        ),
        Statement(
            sid="ReadWhatWasDeliveredBefore",
            actions=("s3:GetObject",),
            resources=(f"{_bucket(bucket_prefix, 'pipeline')}/*/Verified/*",),
            reason=OF_ALL_PROJECTS,
        ),
        _use_keys("Decrypt", "s3", "codecommit"),
        Statement(
            sid="FindWhatWasDeliveredBefore",
            actions=("codepipeline:ListActionExecutions",),
            resources=arns("codepipeline", "sagemaker-*-deploy"),
            reason=OF_ALL_PROJECTS,
        ),
        Statement(
            sid="ReadHistories",
            actions=actions("codecommit", "GetBranch GetCommit"),
            resources=arns("codecommit", "sagemaker-*-deploy"),
            reason=OF_ALL_PROJECTS,
        ),
        Statement(
            sid="FindImages",
            actions=("ecr:DescribeImages",),
            resources=arns("ecr", "repository/sagemaker-p-*"),
            reason=OF_ALL_PROJECTS,
        ),
    )


def _read_versions() -> Statement:
    return Statement(
        sid="ReadVersions",
        actions=("sagemaker:DescribeModelPackage",),
        resources=arns("sagemaker", "model-package/*-p-*/*"),
        reason=OF_ALL_PROJECTS,
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


def _use_keys(names: str, *services: str) -> Statement:
    """Keys of projects, of buckets and repositories alike: a service decrypts as its caller may.

    Source: CodeCommit User Guide, "AWS Key Management Service and encryption".
    """
    return Statement(
        sid="UseKeysOfProjects",
        actions=actions("kms", names),
        resources=arns("kms", "key/*"),
        reason=f"through services, for what other statements name; {OF_ALL_PROJECTS}",
        condition=through(*services or ("s3",)),
    )
