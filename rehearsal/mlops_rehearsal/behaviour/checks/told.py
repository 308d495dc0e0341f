"""What builds and the gate are told of their project is what the project is.

Sources: "CodeBuild build and test action reference" (an action's artifacts are encrypted with the
key of its store) and "Lambda invoke action reference", CodePipeline User Guide; "Docker sample",
CodeBuild User Guide (only building images needs privileges); "Register and deploy models",
SageMaker Developer Guide, for the group of a project's versions.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.checks.pipeline_actions import actions, actions_of, provider
from mlops_rehearsal.behaviour.checks.projects import variables
from mlops_rehearsal.behaviour.stack import Resource, Stack

IMAGES: Final = "-image"
"""How the name of a build ends that makes images."""


def builds_know_their_project(stack: Stack) -> Iterator[str]:
    """Names, accounts and groups in a build's variables are those of the project."""
    wanted = _facts(stack) if stack.name.startswith("SC-") else {}
    for build in stack.of_type("AWS::CodeBuild::Project"):
        for name, value in variables(build).items():
            if name in wanted and value != wanted[name]:
                yield f"{build.id} is told that {name} is {value}, not {wanted[name]}"
        privileged = build.properties["Environment"].get("PrivilegedMode", False)
        if privileged is not stack.ref(build.id).endswith(IMAGES):
            yield f"{build.id}: privileges of the host are {privileged}"


def builds_use_the_key_of_their_store(stack: Stack) -> Iterator[str]:
    """What a build leaves is encrypted with the key with which its pipeline reads it."""
    for build in stack.of_type("AWS::CodeBuild::Project"):
        for pipeline, _ in actions_of(stack, build):
            key = pipeline.properties["ArtifactStore"].get("EncryptionKey", {}).get("Id")
            if key and build.properties["EncryptionKey"] != key:
                yield f"{build.id} encrypts with {build.properties['EncryptionKey']}, not {key}"


def the_gate_knows_the_project(stack: Stack) -> Iterator[str]:
    """The parameters of a function's action name this project."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for action in actions(pipeline):
            if provider(action) == "Lambda" and stack.name.startswith("SC-"):
                yield from _parameters(stack, pipeline, action)


def _parameters(stack: Stack, pipeline: Resource, action: Any) -> Iterator[str]:
    given = json.loads(action["Configuration"]["UserParameters"])
    facts = _facts(stack)
    for name in ("project_name", "project_id"):
        if given.get(name) != facts[name.upper()]:
            yield f"{pipeline.id}: {action['Name']} is told of {name} {given.get(name)}"


def _facts(stack: Stack) -> dict[str, str]:
    name, number = (stack.parameters[f"SageMakerProject{part}"] for part in ("Name", "Id"))
    return {
        "PROJECT_NAME": name,
        "PROJECT_ID": number,
        "SAGEMAKER_PROJECT_NAME": name,
        "SAGEMAKER_PROJECT_ID": number,
        "MODEL_PACKAGE_GROUP_NAME": f"{name}-{number}",
        "DEV_ACCOUNT": stack.account,
        "PREPROD_ACCOUNT": stack.parameters["PreProdAccount"],
        "PROD_ACCOUNT": stack.parameters["ProdAccount"],
        "DEPLOYMENT_REGION": stack.region,
        "SAGEMAKER_PIPELINE_NAME": f"{name}-{number}",
    }
