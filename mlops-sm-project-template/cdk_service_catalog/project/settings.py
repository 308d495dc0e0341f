"""Settings of a project in SSM, where people and programs find them by the project's name."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import STAGES
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub


def setting_resources() -> Resources:
    """Account and region of each stage."""
    return {
        f"{stage.name.capitalize()}{kind}": _parameter(f"{stage.name}/{name}", value)
        for stage in STAGES
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
