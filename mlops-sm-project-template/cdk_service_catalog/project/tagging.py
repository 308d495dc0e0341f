"""Tags on resources that are plain data, as the CDK would put them on constructs."""

from collections.abc import Mapping
from typing import Any, Final

from cdk_service_catalog.project.props import Template
from mlops_commons.utilities.cloudformation import Resource, ref

UNTAGGED: Final = frozenset(
    {"AWS::IAM::ManagedPolicy", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"}
)
"""CloudFormation gives these types no tags."""
MAPPED: Final = frozenset({"AWS::SSM::Parameter"})
"""The tags of these types are a map; those of all others a list of keys and values."""
OF_PROJECTS: Final = {
    "sagemaker:project-id": "SageMakerProjectId",
    "sagemaker:project-name": "SageMakerProjectName",
}
"""Tags by which SageMaker knows the resources of a project, with the parameters that fill them."""


def tagged(template: Template, tags: Mapping[str, str]) -> Template:
    """The template with these tags, and those of its project, on every resource."""
    values = {**tags, **{key: ref(name) for key, name in OF_PROJECTS.items()}}
    ordered = dict(sorted(values.items()))
    return {
        **template,
        "Resources": {
            logical_id: _tagged(resource, ordered)
            for logical_id, resource in template["Resources"].items()
        },
    }


def _tagged(resource: Resource, tags: Mapping[str, Any]) -> Resource:
    if resource["Type"] in UNTAGGED:
        return resource
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    own = dict(tags) if resource["Type"] in MAPPED else listed
    return {**resource, "Properties": {**resource["Properties"], "Tags": own}}
