"""Where a project's model versions and container images are kept."""

from collections.abc import Mapping
from typing import Any, Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import STAGES, ProjectProps
from cdk_service_catalog.project.storage import executing_in_stages
from mlops_commons.utilities.cloudformation import RETAINED, Resource, Resources, attribute, sub

PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
OTHER_STAGES: Final = tuple(stage for stage in STAGES if stage.account != "AWS::AccountId")


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
            "ModelPackageGroupPolicy": _group_policy(definition, props),
        },
    }


def _group_policy(definition: ProductDefinition, props: ProjectProps) -> dict[str, Any]:
    """Who deploys in the stages may read versions and make models of them.

    That is CloudFormation; where an inference pipeline is promoted, its own role does it.

    Source: SageMaker Developer Guide, "Deploy a Model Version from a Different Account".
    """
    deploying = [
        sub(naming.bootstrap_role_arn(stage.account, "cfn-exec", props.qualifier))
        for stage in OTHER_STAGES
    ]
    arn = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}"
    use_versions = {
        "Effect": "Allow",
        "Action": ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"],
        "Resource": sub(f"{arn}:model-package/{naming.PROJECT}/*"),
    }
    pipelines = {
        "Sid": "InferencePipelinesUseVersions",
        "Principal": {"AWS": _other_accounts()},
        "Condition": executing_in_stages(),
        **use_versions,
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "StagesReadTheGroup",
                "Effect": "Allow",
                "Principal": {"AWS": deploying},
                "Action": "sagemaker:DescribeModelPackageGroup",
                "Resource": sub(f"{arn}:model-package-group/{naming.PROJECT}"),
            },
            {
                "Sid": "StagesDeployVersions",
                "Principal": {"AWS": deploying},
                **use_versions,
            },
            *[pipelines] * definition.inference_pipeline,
        ],
    }


def _other_accounts() -> list[Mapping[str, str]]:
    return [
        sub(f"arn:${{AWS::Partition}}:iam::${{{stage.account}}}:root") for stage in OTHER_STAGES
    ]


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
            "RepositoryPolicyText": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "StagesPullImages",
                        "Effect": "Allow",
                        "Principal": {"AWS": _other_accounts()},
                        "Action": list(PULL),
                        "Condition": executing_in_stages(),
                    }
                ],
            },
        },
    }
