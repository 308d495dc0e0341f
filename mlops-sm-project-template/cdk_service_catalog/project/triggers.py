"""What starts a project's pipelines: a push, and a model or a build."""

from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import DeployTrigger, ProductDefinition
from cdk_service_catalog.project.event_patterns import EventPattern, any_of
from cdk_service_catalog.project.pipelines import MODEL_VARIABLE
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, sub

APPROVAL_STATES = ("Approved", "Rejected")
"""A rejection deploys again too: the newest version that is still approved comes back."""


def trigger_resources(definition: ProductDefinition) -> Resources:
    """The rules of EventBridge, of which an account has 300: one for each pipeline."""
    return {
        "BuildStarts": _rule(
            "build-starts",
            f"A push to {naming.BRANCH} of {naming.BUILD_REPOSITORY}",
            _pushed("BuildRepository"),
            _start(naming.BUILD_REPOSITORY),
        ),
        "DeployStarts": {
            DeployTrigger.MODEL_APPROVAL: _pushed_or_decided,
            DeployTrigger.BUILD_SUCCESS: _pushed_or_built,
        }[definition.deploy_trigger](),
    }


def _pushed(repository: str) -> EventPattern:
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [attribute(repository, "Arn")],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [naming.BRANCH],
        },
    }


def _pushed_or_decided() -> Resource:
    """What the event is about is passed on: a version, or the repository, which names none.

    One transformer serves both events, and a variable whose path an event has not is left out of
    it; both have `resources` (SageMaker Developer Guide, "Model package state change"; CodeCommit
    User Guide, "referenceUpdated event").
    """
    decided = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelPackageGroupName": [sub(naming.PROJECT)],
            "ModelApprovalStatus": list(APPROVAL_STATES),
        },
    }
    variables = f'{{"name": "{MODEL_VARIABLE}", "value": <subject>}}'
    target = {
        **_start(naming.DEPLOY_REPOSITORY),
        "InputTransformer": {
            "InputPathsMap": {"subject": "$.resources[0]"},
            # What StartPipelineExecution takes (CodePipeline API Reference).
            "InputTemplate": sub(
                f'{{"name": "{naming.DEPLOY_REPOSITORY}", "variables": [{variables}]}}'
            ),
        },
    }
    description = f"A push to {naming.BRANCH}, or a model version is approved or rejected"
    return _rule("deploy-starts", description, any_of(_pushed("DeployRepository"), decided), target)


def _pushed_or_built() -> Resource:
    built = {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": [sub(naming.BUILD_REPOSITORY)], "state": ["SUCCEEDED"]},
    }
    description = f"A push to {naming.BRANCH}, or the build pipeline has succeeded"
    target = _start(naming.DEPLOY_REPOSITORY)
    return _rule("deploy-starts", description, any_of(_pushed("DeployRepository"), built), target)


def _start(pipeline: str) -> dict[str, Any]:
    arn = f"arn:${{AWS::Partition}}:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:{pipeline}"
    return {"Id": "Pipeline", "Arn": sub(arn), "RoleArn": attribute("EventsRole", "Arn")}


def _rule(name: str, description: str, pattern: EventPattern, target: dict[str, Any]) -> Resource:
    return {
        "Type": "AWS::Events::Rule",
        # The first push is the seed code, which must find its pipeline's starter ready.
        "DependsOn": ["EventsPolicy"],
        "Properties": {
            "Name": sub(f"sagemaker-{naming.ID}-{name}"),
            "Description": sub(description) if "${" in description else description,
            "EventPattern": pattern,
            "Targets": [target],
        },
    }
