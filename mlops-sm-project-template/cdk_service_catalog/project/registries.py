"""Where a project's model versions and container images are kept."""

from typing import Any, Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import ProjectProps
from cdk_service_catalog.project.storage import executing_in_stages
from mlops_commons.iam.statements import (
    Condition,
    Principals,
    Statement,
    account_roots,
    actions,
    arns,
    policy_document,
)
from mlops_commons.utilities.cloudformation import RETAINED, Resource, Resources, attribute, sub

PULL: Final = actions("ecr", "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer")


def registry_resources(definition: ProductDefinition, props: ProjectProps) -> Resources:
    """The model package group, and the image repository where the product builds images."""
    images = {"ImageRepository": _image_repository(props)} if definition.image_repository else {}
    return {"ModelPackageGroup": _model_package_group(definition, props), **images}


def _model_package_group(definition: ProductDefinition, props: ProjectProps) -> Resource:
    """Versions outlive the project: deleting a group that holds some fails."""
    return {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        **RETAINED,
        "Properties": {
            "ModelPackageGroupName": sub(naming.PROJECT),
            "ModelPackageGroupDescription": sub("Models of the project ${SageMakerProjectName}"),
            **(
                {"ModelPackageGroupPolicy": _group_policy(definition, props)}
                if props.destinations
                else {}
            ),
        },
    }


def _group_policy(definition: ProductDefinition, props: ProjectProps) -> dict[str, Any]:
    """Who deploys in the stages may read versions and make models of them.

    The accounts are the principals, as in every policy of a project, so that a project can be
    launched before its stages are delivered; conditions name the roles: that of CloudFormation,
    and where an inference pipeline is promoted, the one that it runs as.

    Source: SageMaker Developer Guide, "Deploy a Model Version from a Different Account".
    """
    roles = tuple(map(props.cloudformation_role_arn, props.destinations))
    deploying: Condition = {"ArnEquals": {"aws:PrincipalArn": roles}}
    pipelines = _use_versions(props, "InferencePipelinesUseVersions", executing_in_stages(props))
    return policy_document(
        (
            Statement(
                sid="StagesReadTheGroup",
                principals=_other_accounts(props),
                actions=("sagemaker:DescribeModelPackageGroup",),
                resources=arns("sagemaker", f"model-package-group/{naming.PROJECT}"),
                condition=deploying,
            ),
            _use_versions(props, "StagesDeployVersions", deploying),
            *((pipelines,) if definition.inference_pipeline else ()),
        )
    )


def _use_versions(props: ProjectProps, sid: str, condition: Condition) -> Statement:
    return Statement(
        sid=sid,
        principals=_other_accounts(props),
        actions=actions("sagemaker", "DescribeModelPackage CreateModel"),
        resources=arns("sagemaker", f"model-package/{naming.PROJECT}/*"),
        condition=condition,
    )


def _image_repository(props: ProjectProps) -> Resource:
    return {
        "Type": "AWS::ECR::Repository",
        **props.retention,
        "Properties": {
            "RepositoryName": sub(naming.IMAGE_REPOSITORY),
            "ImageTagMutability": "IMMUTABLE",
            "ImageScanningConfiguration": {"ScanOnPush": True},
            "EncryptionConfiguration": {
                "EncryptionType": "KMS",
                "KmsKey": attribute("ArtifactKey", "Arn"),
            },
            **({"RepositoryPolicyText": _pulled_by_stages(props)} if props.destinations else {}),
        },
    }


def _pulled_by_stages(props: ProjectProps) -> dict[str, Any]:
    return policy_document(
        (
            Statement(
                sid="StagesPullImages",
                principals=_other_accounts(props),
                actions=PULL,
                condition=executing_in_stages(props),
            ),
        )
    )


def _other_accounts(props: ProjectProps) -> Principals:
    return account_roots(*(f"${{{stage.account}}}" for stage in props.destinations))
