"""The physical names of a project, in the words of CloudFormation's `Fn::Sub`.

Project names and ids are lower case by the pattern of their parameters, so every name here is, and
an ARN, which SageMaker writes in lower case, can be compared with it.
"""

from typing import Final

from mlops_commons.utilities.names import project_bucket_prefix

ID: Final = "${SageMakerProjectId}"
PROJECT: Final = "${SageMakerProjectName}-${SageMakerProjectId}"
PREFIXED: Final = f"sagemaker-{PROJECT}"
"""What the personas may work on begins with `sagemaker-`."""

BUILD_REPOSITORY: Final = f"{PREFIXED}-build"
DEPLOY_REPOSITORY: Final = f"{PREFIXED}-deploy"
REPOSITORIES: Final = {"build": BUILD_REPOSITORY, "deploy": DEPLOY_REPOSITORY}
"""As their names end."""
IMAGE_REPOSITORY: Final = f"sagemaker-{ID}"
INFERENCE_PIPELINE: Final = f"{PROJECT}-inference"
TRAINING: Final = (
    f"arn:${{AWS::Partition}}:sagemaker:${{AWS::Region}}:${{AWS::AccountId}}:pipeline/{PROJECT}"
)
"""The SageMaker pipeline that trains, which the build writes."""
REPORT: Final = "report"
"""What says how a training has ended: the purpose of a build and of its role."""
BRANCH: Final = "main"
BUILD_CODE: Final = "BuildCode"
DEPLOY_CODE: Final = "DeployCode"
ASSEMBLY: Final = "Assembly"
"""The artifact that a project's own code synthesises."""
VERIFIED: Final = "Verified"
"""What the gate has made of it; stages take templates from nothing else."""
ARTIFACT_WRITERS: Final = {
    BUILD_CODE: "build-pipeline",
    DEPLOY_CODE: "deploy-pipeline",
    ASSEMBLY: "synth",
    VERIFIED: "deploy-pipeline",
}
"""The role that writes each artifact of both pipelines. Their names tell the pipelines apart, and
have 10 characters at most: see `artifact_keys`."""
HANDS_TEMPLATES_ON: Final = "deploy-pipeline"
"""The role with which CodePipeline hands templates to CloudFormation. AWS does not document under
which keys, so it writes everything but the artifacts of others."""


def bucket(app_prefix: str, purpose: str) -> str:
    """A bucket of a project: `<prefix>-<project id>-<purpose>-<account>`."""
    return f"{project_bucket_prefix(app_prefix)}-{ID}-{purpose}-${{AWS::AccountId}}"


def artifact_keys(name: str) -> str:
    """The objects of an artifact, as a pattern.

    CodePipeline names them `<pipeline>/<artifact>/<random>`, with the first 20 characters of the
    pipeline's name and the first 10 of the artifact's (CodePipeline User Guide, "Input and output
    artifacts"; CloudFormation User Guide, ArtifactStore: Location). The first 20 characters are
    the same for both pipelines of a project, so the artifact alone says whose it is.
    """
    return f"*/{name}/*"


def own(purpose: str) -> str:
    """What a role or a policy of a project is called, 50 characters at most."""
    return f"sagemaker-{ID}-{purpose}"


def testing(stage: str) -> str:
    """What tests a stage: the purpose of a build in dev and of its role, by stage.

    The tests of an earlier stage run before a person approves a later one, so they cannot share
    a role that reaches both.
    """
    return f"test-{stage}"


def checking(kind: str) -> str:
    """What builds the pull requests of a repository: the purpose of a build and of its role.

    The build's name is that of the repository, with an ending that the platform's function knows.

    Args:
        kind: `build` or `deploy`, as the name of the repository ends.
    """
    return f"{kind}-check"


def endpoint(stage: str) -> str:
    """The endpoint of a stage, 57 characters at most."""
    return f"{PROJECT}-{stage}"


def deploy_stack(stage: str) -> str:
    """The stack that the deploy pipeline makes in a stage's account."""
    return f"{PROJECT}-deploy-{stage}"


def parameter(name: str) -> str:
    """An SSM parameter with a setting of the project."""
    return f"/mlops/${{SageMakerProjectName}}/{name}"
