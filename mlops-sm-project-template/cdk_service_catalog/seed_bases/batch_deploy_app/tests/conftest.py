"""A definition as the build repository compiles it, small, for every test that synthesises.

Tests are about a configuration of their own, so that yours may say what it likes.
"""

import json
from pathlib import Path

import pytest

import deploy_app.stage_files

deploy_app.stage_files.FOLDER = Path(__file__).with_name("config")

NETWORK = {
    "Subnets": ["stage-subnet-ids"],
    "SecurityGroupIds": ["stage-security-group-id"],
}
DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [
        {"Name": "ModelPackageArn", "Type": "String", "DefaultValue": "stage-model-package-arn"},
        {"Name": "InputDataUri", "Type": "String", "DefaultValue": "s3://stage-data-bucket/input/"},
    ],
    "Steps": [
        {
            "Name": "CreateModel",
            "Type": "Model",
            "Arguments": {
                "ExecutionRoleArn": "arn:aws:iam::000000000000:role/stage-execution-role",
                "Containers": [{"ModelPackageName": {"Get": "Parameters.ModelPackageArn"}}],
                "EnableNetworkIsolation": True,
                "VpcConfig": NETWORK,
            },
        },
        {
            "Name": "Score",
            "Type": "Transform",
            "Arguments": {
                "ModelName": {"Get": "Steps.CreateModel.ModelName"},
                "TransformOutput": {"KmsKeyId": "stage-key-arn"},
            },
        },
        {
            "Name": "CheckInput",
            "Type": "Processing",
            "Arguments": {
                "AppSpecification": {
                    "ImageUri": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/"
                    "sagemaker-scikit-learn:1.9-0-cpu-py3"
                },
                "NetworkConfig": {"EnableNetworkIsolation": True, "VpcConfig": NETWORK},
                "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1}},
                "RoleArn": "arn:aws:iam::000000000000:role/stage-execution-role",
            },
        },
    ],
}


@pytest.fixture(autouse=True, scope="session")
def definition(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Beside what is synthesised, as select_model leaves it."""
    import deploy_app.definition as module

    file = tmp_path_factory.mktemp("definition") / "inference_pipeline.json"
    file.write_text(json.dumps(DEFINITION), encoding="utf-8")
    assert isinstance(file, Path)
    module.stage_definition.__defaults__ = (file,)
