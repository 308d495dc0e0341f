"""Settings of a project in SSM, where people and programs find them by the project's name."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub


def setting_resources(props: ProjectProps) -> Resources:
    """Account and region of each stage."""
    return {
        f"{stage.id}{kind}": _parameter(f"{stage.name}/{name}", value)
        for stage in props.stages
        for kind, name, value in (
            ("AccountId", "account_id", stage.account),
            ("Region", "region", "DeploymentRegion"),
        )
    }


def _parameter(name: str, value: str) -> Resource:
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Name": sub(naming.parameter(name)),
            "Description": sub(f"Project ${{SageMakerProjectName}}: {name.replace('/', ' ')}"),
            "Value": ref(value),
        },
    }
