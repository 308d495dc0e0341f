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
IMAGE_REPOSITORY: Final = f"sagemaker-{ID}"
INFERENCE_PIPELINE: Final = f"{PROJECT}-inference"
BRANCH: Final = "main"
ASSEMBLY: Final = "Assembly"
"""The artifact that a project's own code synthesises."""
ASSEMBLY_KEYS: Final = f"*/{ASSEMBLY}/*"
"""Its objects: CodePipeline names them `<pipeline>/<artifact>/<random>` and shortens both names."""


def bucket(app_prefix: str, purpose: str) -> str:
    """A bucket of a project: `<prefix>-<project id>-<purpose>-<account>`."""
    return f"{project_bucket_prefix(app_prefix)}-{ID}-{purpose}-${{AWS::AccountId}}"


def role(purpose: str) -> str:
    """A role of a project in the dev account, 64 characters at most."""
    return f"sagemaker-{ID}-{purpose}"


def role_arn(purpose: str) -> str:
    """The ARN of a role of the project in the dev account."""
    return f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{role(purpose)}"


def testing(stage: str) -> str:
    """What tests a stage: the purpose of a build in dev and of its role, by stage.

    The tests of an earlier stage run before a person approves a later one, so they cannot share
    a role that reaches both.
    """
    return f"test-{stage}"


def stage_role_arn(account: str, stage: str, purpose: str) -> str:
    """The ARN of a role that the project's deploy app makes in a stage's account."""
    return f"arn:${{AWS::Partition}}:iam::${{{account}}}:role/sagemaker-{ID}-{stage}-{purpose}"


def endpoint(stage: str) -> str:
    """The endpoint of a stage, 57 characters at most."""
    return f"{PROJECT}-{stage}"


def deploy_stack(stage: str) -> str:
    """The stack that the deploy pipeline makes in a stage's account."""
    return f"{PROJECT}-deploy-{stage}"


def parameter(name: str) -> str:
    """An SSM parameter with a setting of the project."""
    return f"/mlops/${{SageMakerProjectName}}/{name}"
