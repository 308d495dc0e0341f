"""A definition as the build repository compiles it, small, for every test that synthesises."""

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
