"""What the roles of a project do with its artifacts, its key, its pipeline and its versions.

Sources: "IAM access management for Pipelines", "Register a Model Version" and "Deploy a model
version from a different account", SageMaker Developer Guide; "Multipart upload and permissions",
Amazon S3 User Guide.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import Need, context, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.builds import ENCRYPT
from mlops_rehearsal.behaviour.checks.jobs import FOREIGN, PULL
from mlops_rehearsal.behaviour.policies import resource_allows
from mlops_rehearsal.behaviour.stack import Resource, Stack

OBJECTS: Final = tuple(
    f"s3:{name}"
    for name in ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")
)
PIPELINE: Final = tuple(
    f"sagemaker:{name}"
    for name in (
        *("AddTags", "CreatePipeline", "DescribePipeline", "ListTags", "StartPipelineExecution"),
        "UpdatePipeline",
    )
)
RUN: Final = tuple(
    f"sagemaker:{name}"
    for name in (
        *("DescribePipelineDefinitionForExecution", "DescribePipelineExecution"),
        *("ListPipelineExecutionSteps", "ListPipelineParametersForExecution"),
    )
)
TRAINS: Final = "SAGEMAKER_PIPELINE_ARN"
"""The variable of the build that reports executions of a pipeline."""
APP: Final = "MLFLOW_APP_ARN"
JOBS: Final = (
    ("training-job", ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")),
    ("processing-job", ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob")),
    ("transform-job", ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")),
    ("model", ("CreateModel", "DescribeModel", "DeleteModel")),
)
ARCHIVE: Final = "MODEL_DATA_URI"
"""What a test is told of the version that it tests."""
VERSIONS: Final = (
    "AddTags",
    "CreateModelPackage",
    "ListModelPackages",
    "DescribeModelPackageGroup",
)


def variables(build: Resource) -> dict[str, Any]:
    """The variables of a build."""
    found = build.properties["Environment"].get("EnvironmentVariables", [])
    return {variable["Name"]: variable["Value"] for variable in found}


def builds_work_with_what_they_are_told(stack: Stack) -> Iterator[str]:
    """The build that trains: artifacts, key and pipeline that its variables name."""
    for build in stack.of_type("AWS::CodeBuild::Project"):
        known, role = variables(build), role_of(stack, build.properties["ServiceRole"])
        job = role_of(stack, known.get("SAGEMAKER_PIPELINE_ROLE_ARN"))
        if "SAGEMAKER_PIPELINE_NAME" not in known or "VpcConfig" not in build.properties:
            continue
        bucket = stack.referenced(known["ARTIFACT_BUCKET"], "AWS::S3::Bucket")
        key = stack.referenced(known["ARTIFACT_BUCKET_KMS_ID"], "AWS::KMS::Key")
        if role is None or job is None or bucket is None or key is None:
            yield f"{build.id} is told of a role, a bucket or a key that is not there"
            continue
        if stack.arn(key.id) not in str(bucket.properties["BucketEncryption"]):
            yield f"{build.id} is told of a key that is not the bucket's"
        for worker in (role, job):
            yield from lacking(stack, worker, _artifacts(stack, bucket, key))
            yield from lacking(stack, worker, [_passes(stack, job)])
        yield from lacking(stack, role, _pipeline(stack, known["SAGEMAKER_PIPELINE_NAME"]))
        yield from lacking(stack, role, _compares(stack, known["MODEL_PACKAGE_GROUP_NAME"]))
        yield from lacking(stack, job, _jobs(stack, build, known))
        yield from excess(stack, job, _of_somebody_else(stack))
        model = f"{stack.arn(bucket.id)}/models/x"
        yield from lacking(stack, job, [Need(why="keep a model", actions=OBJECTS, resource=model)])
        yield from excess(stack, role, _elsewhere(stack, job))


def reports_look_at_what_has_ended(stack: Stack) -> Iterator[str]:
    """The build that reports a training looks at it and its logs; it starts and changes nothing."""
    place = f"arn:aws:sagemaker:{stack.region}:{stack.account}:pipeline"
    trained = {
        f"{place}/{known['SAGEMAKER_PIPELINE_NAME']}"
        for known in map(variables, stack.of_type("AWS::CodeBuild::Project"))
        if "SAGEMAKER_PIPELINE_NAME" in known
    }
    reported = set()
    for build in stack.of_type("AWS::CodeBuild::Project"):
        known, role = variables(build), role_of(stack, build.properties["ServiceRole"])
        if TRAINS not in known or role is None:
            continue
        reported.add(known[TRAINS])
        yield from lacking(stack, role, _looks_at(stack, known[TRAINS]))
        yield from excess(stack, role, _changes(known[TRAINS]))
        if APP in known:
            yield from _tracks(stack, build, role, known)
    yield from (f"nothing reports executions of {each}" for each in sorted(trained - reported))


def _looks_at(stack: Stack, pipeline: str) -> Iterator[Need]:
    yield Need(why="look at its end", actions=RUN, resource=f"{pipeline}/execution/x")
    place = f"{stack.region}:{stack.account}"
    for kind in ("Processing", "Training", "Transform"):
        job = f"arn:aws:sagemaker:{place}:{kind.lower()}-job/pipelines-x"
        yield Need(why="ask a job", actions=(f"sagemaker:Describe{kind}Job",), resource=job)
        logs = f"arn:aws:logs:{place}:log-group:/aws/sagemaker/{kind}Jobs"
        yield Need(why="find a job's log", actions=("logs:DescribeLogStreams",), resource=logs)
        stream = f"{logs}:log-stream:pipelines-x/algo-1-1"
        yield Need(why="read a job's log", actions=("logs:GetLogEvents",), resource=stream)


def _changes(pipeline: str) -> Iterator[Need]:
    """What whoever changes its code must not reach with its role."""
    start = ("sagemaker:StartPipelineExecution", "sagemaker:UpdatePipeline")
    yield Need(why="start a training", actions=start, resource=pipeline)
    stop = ("sagemaker:StopPipelineExecution",)
    yield Need(why="stop a training", actions=stop, resource=f"{pipeline}/execution/x")
    yield Need(why="look at others", actions=RUN, resource=f"{pipeline}-inference/execution/x")


def _tracks(
    stack: Stack, build: Resource, role: Resource, known: Mapping[str, Any]
) -> Iterator[str]:
    """A run has the reports of an execution, which lie with its results."""
    app = Need(why="track", actions=("sagemaker:CallMlflowAppApi",), resource=known[APP])
    yield from lacking(stack, role, [app])
    bucket = stack.referenced(known.get("ARTIFACT_BUCKET"), "AWS::S3::Bucket")
    key = stack.referenced(known.get("ARTIFACT_BUCKET_KMS_ID"), "AWS::KMS::Key")
    if bucket is None or key is None:
        yield f"{build.id} is told of a bucket or a key that is not there"
        return
    read, arn = ("s3:GetObject",), stack.arn(bucket.id)
    through = {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}
    own = f"{arn}/executions/1/x.json"
    yield from lacking(
        stack,
        role,
        [
            Need(why="find reports", actions=("s3:ListBucket",), resource=arn),
            Need(why="read reports", actions=read, resource=own),
            Need(
                why="decrypt", actions=("kms:Decrypt",), resource=stack.arn(key.id), context=through
            ),
        ],
    )
    others = [f"{arn}/{place}/x" for place in ("data", "sources", "models", "registered")]
    yield from excess(
        stack,
        role,
        [
            *(Need(why="read", actions=read, resource=on) for on in others),
            Need(why="change reports", actions=("s3:PutObject",), resource=own),
            Need(why="decrypt", actions=("kms:Decrypt",), resource=stack.arn(key.id)),
        ],
    )


def tests_become_the_stage(stack: Stack) -> Iterator[str]:
    """A build of tests becomes the role of tests in its stage, and in no other."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for stage in pipeline.properties["Stages"]:
            for action in stage["Actions"]:
                text = str(action.get("Configuration", {}).get("EnvironmentVariables", ""))
                build = stack.referenced(
                    action.get("Configuration", {}).get("ProjectName"), "AWS::CodeBuild::Project"
                )
                role = role_of(stack, build.properties["ServiceRole"]) if build else None
                for found in (p for p in text.split('"') if p.startswith("arn:aws:iam:") and role):
                    need = Need(why="test", actions=("sts:AssumeRole",), resource=found)
                    yield from lacking(stack, role, [need])  # type: ignore[arg-type]


def tests_read_what_versions_bring(stack: Stack) -> Iterator[str]:
    """A test that is told of a version's archive reads it, and neither data nor sources."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for stage in pipeline.properties["Stages"]:
            for action in stage["Actions"]:
                known = action.get("Configuration", {})
                build = stack.referenced(known.get("ProjectName"), "AWS::CodeBuild::Project")
                is_told = ARCHIVE in str(known.get("EnvironmentVariables", ""))
                if build and action["ActionTypeId"]["Category"] == "Test" and is_told:
                    yield from _reads_archives(stack, build)


def _reads_archives(stack: Stack, build: Resource) -> Iterator[str]:
    known, role = variables(build), role_of(stack, build.properties["ServiceRole"])
    bucket = stack.referenced(known["ARTIFACT_BUCKET"], "AWS::S3::Bucket")
    key = stack.referenced(known["ARTIFACT_BUCKET_KMS_ID"], "AWS::KMS::Key")
    if role is None or bucket is None or key is None:
        yield f"{build.id} is told of a bucket or a key that is not there"
        return
    read, arn = ("s3:GetObject",), stack.arn(bucket.id)
    through = {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}
    decrypt = ("kms:Decrypt",)
    yield from lacking(
        stack,
        role,
        [
            Need(why="read samples", actions=read, resource=f"{arn}/registered/x"),
            Need(why="decrypt", actions=decrypt, resource=stack.arn(key.id), context=through),
        ],
    )
    others = [f"{arn}/{place}/x" for place in ("data", "sources", "models")]
    yield from excess(stack, role, [Need(why="read", actions=read, resource=on) for on in others])


def stages_read_versions(stack: Stack) -> Iterator[str]:
    """CloudFormation of the other stages makes models of a group's versions, and nobody else."""
    for group in stack.of_type("AWS::SageMaker::ModelPackageGroup"):
        policy = group.properties.get("ModelPackageGroupPolicy", {})
        arn = stack.arn(group.id)
        version = f"{arn.replace(':model-package-group/', ':model-package/')}/1"
        for stage, account in (("preprod", "PreProdAccount"), ("prod", "ProdAccount")):
            place = f"arn:aws:iam::{stack.parameters[account]}:role"
            right = f"{place}/mlops-business-unit-1-{stage}-project-cfn-euw1"
            for action, on in (
                ("DescribeModelPackageGroup", arn),
                ("DescribeModelPackage", version),
                ("CreateModel", version),
            ):
                if not _may(stack, policy, right, f"sagemaker:{action}", on):
                    yield f"{group.id}: {right} may not {action}"
                if _may(stack, policy, f"{place}/somebody-else", f"sagemaker:{action}", on):
                    yield f"{group.id}: any role of {stage} may {action}"


def _may(stack: Stack, policy: Any, who: str, action: str, on: str) -> bool:
    keys = {"aws:PrincipalArn": who, "aws:PrincipalAccount": who.split(":")[4]}
    return resource_allows(policy, who, Request(action, on, context(stack, keys)))


def _artifacts(stack: Stack, bucket: Resource, key: Resource) -> Iterator[Need]:
    arn = stack.arn(bucket.id)
    yield Need(why="keep its source", actions=OBJECTS, resource=f"{arn}/sources/x")
    yield Need(why="find them", actions=("s3:GetBucketLocation", "s3:ListBucket"), resource=arn)
    yield Need(why="encrypt them", actions=ENCRYPT, resource=stack.arn(key.id))


def _passes(stack: Stack, job: Resource) -> Need:
    to = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    return Need(why="run jobs", actions=("iam:PassRole",), resource=stack.arn(job.id), context=to)


def _elsewhere(stack: Stack, job: Resource) -> Iterator[Need]:
    to = {"iam:PassedToService": "lambda.amazonaws.com"}
    yield Need(
        why="give it to Lambda", actions=("iam:PassRole",), resource=stack.arn(job.id), context=to
    )


def _of_somebody_else(stack: Stack) -> Iterator[Need]:
    """Images of strangers, and models, which read and write as their own role."""
    place = f"arn:aws:sagemaker:{stack.region}:{stack.account}"
    model = {"sagemaker:ModelArn": f"{place}:model/of-a-notebook"}
    score = ("sagemaker:CreateTransformJob",)
    on = f"{place}:transform-job/pipelines-x"
    yield Need(why="score as somebody else", actions=score, resource=on, context=model)
    image = f"arn:aws:ecr:{stack.region}:{FOREIGN}:repository/x"
    theirs = {"aws:ResourceAccount": FOREIGN}
    yield Need(why="pull images of strangers", actions=PULL, resource=image, context=theirs)


def _pipeline(stack: Stack, name: str) -> Iterator[Need]:
    arn = f"arn:aws:sagemaker:{stack.region}:{stack.account}:pipeline/{name}"
    yield Need(why="write its pipeline", actions=PIPELINE, resource=arn)


def _compares(stack: Stack, group: str) -> Iterator[Need]:
    """A build tells a pipeline which version is approved."""
    versions = f"arn:aws:sagemaker:{stack.region}:{stack.account}:model-package/{group}"
    find, read = ("sagemaker:ListModelPackages",), ("sagemaker:DescribeModelPackage",)
    yield Need(why="find versions", actions=find, resource=f"{versions}/*")
    yield Need(why="read a version", actions=read, resource=f"{versions}/1")


def _jobs(stack: Stack, build: Resource, known: dict[str, Any]) -> Iterator[Need]:
    place = f"arn:aws:sagemaker:{stack.region}:{stack.account}"
    subnets = {"sagemaker:VpcSubnets": tuple(build.properties["VpcConfig"]["Subnets"])}
    for kind, names in JOBS:
        actions = tuple(f"sagemaker:{name}" for name in (*names, "AddTags"))
        on = f"{place}:{kind}/pipelines-x"
        yield Need(why="run its steps", actions=actions, resource=on, context=subnets)
    group = f"{place}:model-package-group/{known['MODEL_PACKAGE_GROUP_NAME']}"
    version = f"{place}:model-package/{known['MODEL_PACKAGE_GROUP_NAME']}/1"
    waiting = {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}
    actions = tuple(f"sagemaker:{name}" for name in VERSIONS)
    yield Need(why="register", actions=actions, resource=group, context=waiting)
    actions = (
        "sagemaker:CreateModelPackage",
        "sagemaker:DescribeModelPackage",
        "sagemaker:AddTags",
    )
    yield Need(why="register", actions=actions, resource=version, context=waiting)
    seal = known.get("SEAL_FUNCTION_ARN")
    if seal:
        yield Need(why="seal a model", actions=("lambda:InvokeFunction",), resource=seal)
    key = known["ARTIFACT_BUCKET_KMS_ID"]
    yield Need(why="see its key", actions=("kms:DescribeKey",), resource=key)
    granted = {"kms:GrantIsForAWSResource": "true"}
    yield Need(why="encrypt volumes", actions=("kms:CreateGrant",), resource=key, context=granted)
