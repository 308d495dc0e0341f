"""The parameters of a product, of which a person has to type the project's name only."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from cdk_service_catalog.project.props import ProjectProps, TargetStage
from mlops_commons.contract import ParameterName

PROJECT_PARAMETERS: Final = ("SageMakerProjectName", "SageMakerProjectId")
"""What SageMaker fills in or asks for, by exactly these names (SageMaker Developer Guide, "Create
Custom Project Templates")."""
MLFLOW: Final = "MlflowApp"
"""The parameter with the ARN of the app in which builds track runs; only where there is one."""
RESERVED_NAMES: Final = tuple(
    sorted({name.value.split("/")[2] for name in ParameterName if name.value.startswith("/mlops/")})
)
"""A project's parameters are in `/mlops/<name>/`, beside those of the stage."""
NO_OTHER_ID: Final = "(?!(.*-)?p-)"
"""Policies know a project by its id: the name of one must not hold the id of another."""


def parameters(props: ProjectProps) -> dict[str, Any]:
    """The parameters by name."""
    namespace = props.dev.namespace
    return {
        "SageMakerProjectName": {
            "Type": "String",
            "Description": "The name of the project",
            "MinLength": 1,
            "MaxLength": 32,
            "AllowedPattern": f"{NO_OTHER_ID}(?!({'|'.join(RESERVED_NAMES)})$)"
            "[a-z0-9](-*[a-z0-9]){0,31}",
            "ConstraintDescription": "lower-case letters, digits and hyphens between them, at most "
            "32 characters: the name becomes part of repositories, images and endpoints; not "
            f"{' or '.join(RESERVED_NAMES)}, below which the platform has its own parameters; "
            "no part 'p-', with which ids of projects begin",
        },
        "SageMakerProjectId": {
            "Type": "String",
            "Description": "The id that SageMaker gives the project",
            "MinLength": 3,
            "MaxLength": 16,
            "AllowedPattern": "p-[a-z0-9]{1,14}",
            "ConstraintDescription": "p- and up to 14 lower-case letters and digits",
        },
        **{stage.account: _account(stage) for stage in props.destinations},
        "DeploymentRegion": {
            "Type": "String",
            "Description": f"The region of {props.all_stages}",
            "AllowedValues": [props.region],
            "Default": props.region,
        },
        "VpcId": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Description": "The VPC in which the project's jobs and builds run",
            "Default": ParameterName.VPC_ID.within(namespace),
        },
        "PrivateSubnetIds": {
            "Type": "AWS::SSM::Parameter::Value<List<String>>",
            "Description": "The subnets in which the project's jobs and builds run",
            "Default": ParameterName.PRIVATE_SUBNET_IDS.within(namespace),
        },
        "SecurityGroupId": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Description": "The security group of the project's jobs and builds",
            "Default": ParameterName.SECURITY_GROUP_ID.within(namespace),
        },
        **(_mlflow(namespace) if props.mlflow else {}),
    }


def _mlflow(namespace: str) -> dict[str, Any]:
    return {
        MLFLOW: {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Description": "The MLflow App in which the project's runs are tracked",
            "Default": ParameterName.MLFLOW_APP.within(namespace),
        }
    }


def groups_of(props: ProjectProps, offered: Collection[str]) -> dict[str, list[str]]:
    """The parameters that a template has, by their heading; headings without any are left out."""
    groups = {
        "Project": PROJECT_PARAMETERS,
        "Where models are promoted to": (
            *(stage.account for stage in props.destinations),
            "DeploymentRegion",
        ),
        f"Network of the {props.dev.name} account": (
            "VpcId",
            "PrivateSubnetIds",
            "SecurityGroupId",
        ),
        "Tracking of runs": (MLFLOW,),
    }
    found = {title: [name for name in names if name in offered] for title, names in groups.items()}
    return {title: names for title, names in found.items() if names}


def labels_of(props: ProjectProps, offered: Collection[str]) -> dict[str, str]:
    """What people read beside each parameter that a template has."""
    labels = {
        "SageMakerProjectName": "Project name",
        "SageMakerProjectId": "Project id (Studio fills it in)",
        **{stage.account: f"Account of {stage.name}" for stage in props.destinations},
        "DeploymentRegion": "Region",
        "VpcId": "SSM parameter with the VPC",
        "PrivateSubnetIds": "SSM parameter with the private subnets",
        "SecurityGroupId": "SSM parameter with the security group",
        MLFLOW: "SSM parameter with the MLflow App",
    }
    return {name: labels[name] for name in offered}


def interface(groups: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> dict[str, Any]:
    """How Studio and the console group and label the parameters.

    Args:
        groups: the names of parameters below each heading, in order.
        labels: what people read beside each parameter.
    """
    return {
        "AWS::CloudFormation::Interface": {
            "ParameterGroups": [
                {"Label": {"default": label}, "Parameters": list(names)}
                for label, names in groups.items()
            ],
            "ParameterLabels": {name: {"default": label} for name, label in labels.items()},
        }
    }


def _account(stage: TargetStage) -> dict[str, Any]:
    """The account that the configuration gives the stage, and no other: who launches a project
    would let another one read its models and its source code."""
    return {
        "Type": "String",
        "Description": f"The id of the account of {stage.name}",
        "AllowedValues": [stage.account_id],
        "Default": stage.account_id,
    }
