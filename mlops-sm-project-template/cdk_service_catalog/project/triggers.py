"""What starts a project's pipelines: a push, and a model or a build."""

from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import DeployTrigger, ProductDefinition
from cdk_service_catalog.project.pipelines import MODEL_VARIABLE
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, sub

APPROVAL_STATES = ("Approved", "Rejected")
"""A rejection deploys again too: the newest version that is still approved comes back."""


def trigger_resources(definition: ProductDefinition) -> Resources:
    """The rules of EventBridge."""
    return {
        "BuildRepositoryPushed": _pushed("build", "BuildRepository", naming.BUILD_REPOSITORY),
        "DeployRepositoryPushed": _pushed("deploy", "DeployRepository", naming.DEPLOY_REPOSITORY),
        "ModelReady": {
            DeployTrigger.MODEL_APPROVAL: _model_decided,
            DeployTrigger.BUILD_SUCCESS: _build_succeeded,
        }[definition.deploy_trigger](),
    }


def _pushed(name: str, repository: str, pipeline: str) -> Resource:
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [attribute(repository, "Arn")],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [naming.BRANCH],
        },
    }
    description = f"A push to {naming.BRANCH} of {pipeline}"
    return _rule(f"{name}-pushed", description, pattern, _start(pipeline))


def _model_decided() -> Resource:
    """The version that the event names is passed on; where it was rejected, synth looks further."""
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelPackageGroupName": [sub(naming.PROJECT)],
            "ModelApprovalStatus": list(APPROVAL_STATES),
        },
    }
    variables = f'{{"name": "{MODEL_VARIABLE}", "value": <version>}}'
    target = {
        **_start(naming.DEPLOY_REPOSITORY),
        "InputTransformer": {
            "InputPathsMap": {"version": "$.detail.ModelPackageArn"},
            # What StartPipelineExecution takes (CodePipeline API Reference).
            "InputTemplate": sub(
                f'{{"name": "{naming.DEPLOY_REPOSITORY}", "variables": [{variables}]}}'
            ),
        },
    }
    return _rule("model-decided", "A model version is approved or rejected", pattern, target)


def _build_succeeded() -> Resource:
    pattern = {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": [sub(naming.BUILD_REPOSITORY)], "state": ["SUCCEEDED"]},
    }
    target = _start(naming.DEPLOY_REPOSITORY)
    return _rule("build-succeeded", "The build pipeline has succeeded", pattern, target)


def _start(pipeline: str) -> dict[str, Any]:
    arn = f"arn:${{AWS::Partition}}:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:{pipeline}"
    return {"Id": "Pipeline", "Arn": sub(arn), "RoleArn": attribute("EventsRole", "Arn")}


def _rule(name: str, description: str, pattern: dict[str, Any], target: dict[str, Any]) -> Resource:
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
