"""What starts a project's pipelines: a push, and a model or a training; and what a training's end
starts."""

from typing import Any, Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import DeployTrigger, ProductDefinition
from cdk_service_catalog.project.event_patterns import EventPattern, any_of
from cdk_service_catalog.project.pipelines import MODEL_VARIABLE
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, sub

EXECUTION_CHANGED: Final = "SageMaker Model Building Pipeline Execution Status Change"
ENDS: Final = ("Succeeded", "Failed", "Stopped")
EXECUTION_VARIABLE: Final = "EXECUTION_ARN"
APPROVAL_STATES = ("Approved", "Rejected")
"""A rejection deploys again too: the newest version that is still approved comes back."""


def trigger_resources(definition: ProductDefinition) -> Resources:
    """The rules of EventBridge, of which an account has 300: one for each thing that is started."""
    return {
        "BuildStarts": _rule(
            "build-starts",
            f"A push to {naming.BRANCH} of {naming.BUILD_REPOSITORY}",
            _pushed("BuildRepository"),
            _start(naming.BUILD_REPOSITORY),
        ),
        "DeployStarts": {
            DeployTrigger.MODEL_APPROVAL: _pushed_or_decided,
            DeployTrigger.TRAINING_SUCCESS: _pushed_or_trained,
        }[definition.deploy_trigger](),
        "TrainingEnds": _ended(),
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


def _pushed_or_trained() -> Resource:
    description = f"A push to {naming.BRANCH}, or a training has succeeded"
    pattern = any_of(_pushed("DeployRepository"), _training(ENDS[0]))
    return _rule("deploy-starts", description, pattern, _start(naming.DEPLOY_REPOSITORY))


def _training(*states: str) -> EventPattern:
    """SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge":
    SageMaker pipeline execution state change."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": [EXECUTION_CHANGED],
        "detail": {
            "pipelineArn": [sub(naming.TRAINING)],
            "currentPipelineExecutionStatus": list(states),
        },
    }


def _ended() -> Resource:
    """What a build would have waited for, at its price: a short one says how it has ended.

    The input of a target of CodeBuild is what StartBuild takes, without the name of the project
    (aws-cdk-lib, events-targets: CodeBuildProject, "the payload for the StartBuild API").
    """
    project = f"project/{naming.PREFIXED}-{naming.REPORT}"
    arn = f"arn:${{AWS::Partition}}:codebuild:${{AWS::Region}}:${{AWS::AccountId}}:{project}"
    variable = f'{{"name": "{EXECUTION_VARIABLE}", "value": <execution>, "type": "PLAINTEXT"}}'
    target = {
        "Id": "Report",
        "Arn": sub(arn),
        "RoleArn": attribute("EventsRole", "Arn"),
        "InputTransformer": {
            "InputPathsMap": {"execution": "$.detail.pipelineExecutionArn"},
            "InputTemplate": f'{{"environmentVariablesOverride": [{variable}]}}',
        },
    }
    return _rule("training-ends", "A training has ended", _training(*ENDS), target)


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
