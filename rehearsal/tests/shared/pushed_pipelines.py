"""A repository whose pushes to `main` start a pipeline, by a rule as the CDK makes it."""

from collections.abc import Mapping
from typing import Any

Value = str | Mapping[str, Any]


def pushed_pipeline(name: str, role: Value, pipeline: Value, key: Value = "") -> dict[str, Any]:
    """The resources, all with one name.

    Args:
        role: the ARN of the role of the pipeline and of the rule's target.
        pipeline: the ARN of the pipeline.
        key: the ARN of the key of the artifacts; without one the pipeline cannot be played.
    """
    repository = {"Type": "AWS::CodeCommit::Repository", "Properties": {"RepositoryName": name}}
    rule = {
        "Name": f"pushed-{name}",
        "EventPattern": {
            "source": ["aws.codecommit"],
            "resources": [{"Fn::GetAtt": ["Repository", "Arn"]}],
            "detail-type": ["CodeCommit Repository State Change"],
            "detail": {
                "event": ["referenceCreated", "referenceUpdated"],
                "referenceName": ["main"],
            },
        },
        "Targets": [{"Arn": pipeline, "Id": "Target0", "RoleArn": role}],
    }
    structure = {
        "Name": name,
        "RoleArn": role,
        "ArtifactStore": {
            "Type": "S3",
            "Location": f"artifacts-of-{name}",
            **({"EncryptionKey": {"Type": "KMS", "Id": key}} if key else {}),
        },
        "Stages": [
            _stage(
                ("Source", "CodeCommit"),
                Configuration={"RepositoryName": name, "BranchName": "main"},
                OutputArtifacts=[{"Name": "Code"}],
            ),
            _stage(("Approval", "Manual")),
        ],
    }
    return {
        "Repository": repository,
        "Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": structure},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
    }


def _stage(kind: tuple[str, str], **properties: Any) -> dict[str, Any]:
    category, provider = kind
    action_type = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    action = {"Name": provider, "ActionTypeId": action_type, **properties}
    return {"Name": category, "Actions": [action]}
