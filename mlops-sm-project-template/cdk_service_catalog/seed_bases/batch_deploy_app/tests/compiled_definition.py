"""A definition as the build repository compiles it, small, for every test that synthesises."""

NETWORK = {
    "Subnets": ["stage-subnet-ids"],
    "SecurityGroupIds": ["stage-security-group-id"],
}
ROLE = "arn:aws:iam::000000000000:role/stage-execution-role"
CHECK = {
    "Type": "Processing",
    "Arguments": {
        "AppSpecification": {
            "ImageUri": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/"
            "sagemaker-scikit-learn:1.9-0-cpu-py3",
            "ContainerArguments": ["after", "--version", "stage-model-package-arn"],
        },
        "NetworkConfig": {"EnableNetworkIsolation": True, "VpcConfig": NETWORK},
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1}},
        "RoleArn": ROLE,
    },
}
SCORE = {
    "Name": "Score",
    "Type": "Transform",
    "Arguments": {
        "ModelName": "stage-model-name",
        "TransformOutput": {"KmsKeyId": "stage-key-arn"},
    },
}
MARKED = {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.InputDataUri"}, "_scored"]}}
MARK = {
    **CHECK["Arguments"],
    "ProcessingOutputConfig": {"Outputs": [{"S3Output": {"S3Uri": MARKED}}]},
}
NEW = {"PropertyFile": {"Get": "Steps.CheckInput.PropertyFiles.Plan"}, "Path": "new"}
DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [
        {"Name": "InputDataUri", "Type": "String", "DefaultValue": "s3://stage-data-bucket/input/"},
        {"Name": "ScoreAgain", "Type": "String", "DefaultValue": "no"},
    ],
    "Steps": [
        {"Name": "CheckInput", **CHECK},
        {
            "Name": "IsAnythingNew",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [
                    {
                        "Type": "GreaterThan",
                        "LeftValue": {"Std:JsonGet": NEW},
                        "RightValue": 0,
                    }
                ],
                "IfSteps": [SCORE, {"Name": "MarkScored", "Type": "Processing", "Arguments": MARK}],
                "ElseSteps": [],
            },
        },
    ],
}
