"""Where a project's model versions and container images are kept."""

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
    return {"ModelPackageGroup": _model_package_group(props), **images}


def _model_package_group(props: ProjectProps) -> Resource:
    """Versions outlive the project: deleting a group that holds some fails."""
    return {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        **RETAINED,
        "Properties": {
            "ModelPackageGroupName": sub(naming.PROJECT),
            "ModelPackageGroupDescription": sub("Models of the project ${SageMakerProjectName}"),
            "ModelPackageGroupPolicy": _group_policy(props),
        },
    }


def _group_policy(props: ProjectProps) -> dict[str, Any]:
    """The roles with which CloudFormation deploys may read versions and make models of them.

    Source: SageMaker Developer Guide, "Deploy a Model Version from a Different Account".
    """
    deploying = [
        sub(naming.bootstrap_role_arn(stage.account, "cfn-exec", props.qualifier))
        for stage in OTHER_STAGES
    ]
    arn = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}"
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
                "Effect": "Allow",
                "Principal": {"AWS": deploying},
                "Action": ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"],
                "Resource": sub(f"{arn}:model-package/{naming.PROJECT}/*"),
            },
        ],
    }


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
                        "Principal": {
                            "AWS": [
                                sub(f"arn:${{AWS::Partition}}:iam::${{{stage.account}}}:root")
                                for stage in OTHER_STAGES
                            ]
                        },
                        "Action": list(PULL),
                        "Condition": executing_in_stages(),
                    }
                ],
            },
        },
    }
