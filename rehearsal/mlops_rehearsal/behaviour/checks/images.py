"""Who pushes images of a project and who pulls them, and that an image stays what it was.

Sources: "IAM permissions for pushing an image", "Private repository policies" and "Preventing image
tags from being overwritten", Amazon ECR User Guide; "Use a Private Docker Registry" and "How to use
SageMaker AI execution roles", SageMaker Developer Guide (the execution role of a job or of a model
pulls its image).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import Need, context, lacking, role_of
from mlops_rehearsal.behaviour.checks.jobs import execution_roles
from mlops_rehearsal.behaviour.checks.projects import variables
from mlops_rehearsal.behaviour.policies import resource_allows
from mlops_rehearsal.behaviour.stack import Resource, Stack

REPOSITORY: Final = "AWS::ECR::Repository"
PULL: Final = tuple(
    f"ecr:{name}"
    for name in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
)
PUSH: Final = tuple(
    f"ecr:{name}"
    for name in (
        *("CompleteLayerUpload", "UploadLayerPart", "InitiateLayerUpload", "PutImage"),
        *("BatchCheckLayerAvailability", "BatchGetImage"),
    )
)
OTHERS: Final = {"preprod": "PreProdAccount", "prod": "ProdAccount"}
"""By stage, the parameter of a project that names its account."""


def images_stay_what_they_were(stack: Stack) -> Iterator[str]:
    """A tag means one image for ever, which is scanned, under the key of the artifacts."""
    buckets = {stack.ref(bucket.id): bucket for bucket in stack.of_type("AWS::S3::Bucket")}
    keys = {
        rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        for name, bucket in buckets.items()
        if "-artifacts-" in f"{name}-"
        for rule in bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    }
    for repository in stack.of_type(REPOSITORY):
        known = repository.properties
        if known["ImageTagMutability"] != "IMMUTABLE":
            yield f"{repository.id}: a tag can come to mean another image"
        if not (known["ImageScanningConfiguration"] or {}).get("ScanOnPush"):
            yield f"{repository.id}: nobody looks for what is known to be wrong in an image"
        encryption = known["EncryptionConfiguration"] or {}
        if encryption.get("EncryptionType") != "KMS" or encryption.get("KmsKey") not in keys:
            yield f"{repository.id} is not under the key of the artifacts"


def stages_pull_images(stack: Stack) -> Iterator[str]:
    """The execution role of each stage pulls, of another account by the repository's policy too."""
    for repository in stack.of_type(REPOSITORY):
        for role, _ in execution_roles(stack):
            need = Need(why="pull its images", actions=PULL, resource=stack.arn(repository.id))
            yield from lacking(stack, role, [need])
        for stage, who in _of_other_stages(stack).items():
            for action in PULL:
                if not _pulls(stack, repository, who, action):
                    yield f"{repository.id}: the models of {stage} may not {action}"
            another = who.replace("-execution", "-test")
            if _pulls(stack, repository, another, PULL[0]):
                yield f"{repository.id}: {another} may pull"


def builds_push_images(stack: Stack) -> Iterator[str]:
    """A build with a Docker daemon that is told the repository logs in to it and pushes."""
    for repository in stack.of_type(REPOSITORY):
        for build in stack.of_type("AWS::CodeBuild::Project"):
            role = role_of(stack, build.properties["ServiceRole"])
            told = str(variables(build).get("ECR_REPO_URI", ""))
            docker = build.properties["Environment"].get("PrivilegedMode")
            if role and docker and stack.named(repository.id) in told:
                login = Need(why="log in", actions=("ecr:GetAuthorizationToken",))
                push = Need(why="push", actions=PUSH, resource=stack.arn(repository.id))
                yield from lacking(stack, role, [login, push])


def _of_other_stages(stack: Stack) -> Mapping[str, str]:
    number = stack.parameters["SageMakerProjectId"]
    return {
        stage: f"arn:aws:iam::{stack.parameters[name]}:role/sagemaker-{number}-{stage}-execution"
        for stage, name in OTHERS.items()
    }


def _pulls(stack: Stack, repository: Resource, who: str, action: str) -> bool:
    keys = {"aws:PrincipalArn": who, "aws:PrincipalAccount": who.split(":")[4]}
    asked = Request(action, stack.arn(repository.id), context(stack, keys))
    return resource_allows(repository.properties["RepositoryPolicyText"] or {}, who, asked)
