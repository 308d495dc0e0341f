"""One resource of each type that an AI control looks at, and how each control is broken.

Written from AWS's pages, not from the table: AWS Security Hub User Guide, "AI Security Best
Practices standard in Security Hub CSPM" and the pages of its controls (read on 2026-11-28).
"""

import copy
import json
from collections.abc import Mapping
from typing import Any, Final

ROLE: Final = "arn:aws:iam::222222222222:role/execution"
KEY: Final = "arn:aws:kms:eu-west-1:222222222222:key/0b0a9f4e-8e21-4f46-a9b3-2f0f1c9f9e11"
IMAGE: Final = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/image:1"
VPC: Final = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
NETWORK: Final = {
    "EnableNetworkIsolation": True,
    "EnableInterContainerTrafficEncryption": True,
    "VpcConfig": VPC,
}
AGENTS: Final = {
    "NetworkMode": "VPC",
    "VpcConfig": {"SecurityGroups": VPC["SecurityGroupIds"], "Subnets": VPC["Subnets"]},
}
CLUSTER: Final = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
S3: Final = "s3://bucket/prefix"
ENDPOINT: Final = {"EndpointName": "e", "LocalPath": "/opt/ml/processing/input"}
OUTPUT: Final = {"S3Output": {"LocalPath": "/opt/ml/processing/output", "S3Uri": S3}}
VARIANT: Final = {
    "InitialVariantWeight": 1,
    "InstanceType": "ml.m5.large",
    "ModelName": "m",
    "VariantName": "v",
}
OWN: Final = {
    "Image": "registry.example.com/image:1",
    "ImageConfig": {"RepositoryAccessMode": "Vpc"},
}


def _job(kind: str, specification: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        f"{kind}AppSpecification": {"ImageUri": IMAGE, **specification},
        f"{kind}JobInput": {"EndpointInput": ENDPOINT, **more},
        f"{kind}JobOutputConfig": {"MonitoringOutputs": [OUTPUT]},
        "JobResources": {"ClusterConfig": CLUSTER},
        "NetworkConfig": NETWORK,
        "RoleArn": ROLE,
    }


TRUTH: Final = {"GroundTruthS3Input": {"S3Uri": S3}}
RESOURCES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "Source": (
        "AWS::Bedrock::DataSource",
        {
            "DataSourceConfiguration": {
                "Type": "S3",
                "S3Configuration": {"BucketArn": "arn:aws:s3:::bucket"},
            },
            "KnowledgeBaseId": "ABCDEFGHIJ",
            "Name": "source",
            "ServerSideEncryptionConfiguration": {"KmsKeyArn": KEY},
        },
    ),
    "Runtime": (
        "AWS::BedrockAgentCore::Runtime",
        {
            "AgentRuntimeArtifact": {"ContainerConfiguration": {"ContainerUri": IMAGE}},
            "AgentRuntimeName": "runtime",
            "NetworkConfiguration": {
                "NetworkMode": "VPC",
                "NetworkModeConfig": AGENTS["VpcConfig"],
            },
            "RoleArn": ROLE,
        },
    ),
    "Gateway": (
        "AWS::BedrockAgentCore::Gateway",
        {
            "AuthorizerType": "AWS_IAM",
            "KmsKeyArn": KEY,
            "Name": "gateway",
            "ProtocolType": "MCP",
            "RoleArn": ROLE,
        },
    ),
    "Memory": (
        "AWS::BedrockAgentCore::Memory",
        {"EncryptionKeyArn": KEY, "EventExpiryDuration": 30, "Name": "memory"},
    ),
    "Browser": (
        "AWS::BedrockAgentCore::BrowserCustom",
        {
            "Name": "browser",
            "NetworkConfiguration": AGENTS,
            "RecordingConfig": {
                "Enabled": True,
                "S3Location": {"Bucket": "recordings", "Prefix": "browser"},
            },
        },
    ),
    "Interpreter": (
        "AWS::BedrockAgentCore::CodeInterpreterCustom",
        {"Name": "interpreter", "NetworkConfiguration": AGENTS},
    ),
    "Notebook": (
        "AWS::SageMaker::NotebookInstance",
        {
            "DirectInternetAccess": "Disabled",
            "InstanceType": "ml.t3.medium",
            "KmsKeyId": KEY,
            "PlatformIdentifier": "notebook-al2023-v1",
            "RoleArn": ROLE,
            "RootAccess": "Disabled",
            "SecurityGroupIds": VPC["SecurityGroupIds"],
            "SubnetId": VPC["Subnets"][0],
        },
    ),
    "Configuration": (
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                {**VARIANT, "InitialInstanceCount": 2},
                {
                    "InitialVariantWeight": 1,
                    "ModelName": "m",
                    "ServerlessConfig": {"MaxConcurrency": 5, "MemorySizeInMB": 2048},
                    "VariantName": "serverless",
                },
            ]
        },
    ),
    "Model": (
        "AWS::SageMaker::Model",
        {"EnableNetworkIsolation": True, "ExecutionRoleArn": ROLE, "PrimaryContainer": OWN},
    ),
    "Chain": (
        "AWS::SageMaker::Model",
        {"Containers": [OWN, OWN], "EnableNetworkIsolation": True, "ExecutionRoleArn": ROLE},
    ),
    "DataQuality": ("AWS::SageMaker::DataQualityJobDefinition", _job("DataQuality", {})),
    "ModelQuality": (
        "AWS::SageMaker::ModelQualityJobDefinition",
        _job("ModelQuality", {"ProblemType": "Regression"}, **TRUTH),
    ),
    "Bias": (
        "AWS::SageMaker::ModelBiasJobDefinition",
        _job("ModelBias", {"ConfigUri": S3}, **TRUTH),
    ),
    "Explainability": (
        "AWS::SageMaker::ModelExplainabilityJobDefinition",
        _job("ModelExplainability", {"ConfigUri": S3}),
    ),
    "Schedule": (
        "AWS::SageMaker::MonitoringSchedule",
        {
            "MonitoringScheduleConfig": {
                "MonitoringJobDefinition": {
                    "MonitoringAppSpecification": {"ImageUri": IMAGE},
                    "MonitoringInputs": [{"EndpointInput": ENDPOINT}],
                    "MonitoringOutputConfig": {"MonitoringOutputs": [OUTPUT]},
                    "MonitoringResources": {"ClusterConfig": CLUSTER},
                    "NetworkConfig": NETWORK,
                    "RoleArn": ROLE,
                }
            },
            "MonitoringScheduleName": "schedule",
        },
    ),
    "Features": (
        "AWS::SageMaker::FeatureGroup",
        {
            "EventTimeFeatureName": "at",
            "FeatureDefinitions": [
                {"FeatureName": "at", "FeatureType": "String"},
                {"FeatureName": "id", "FeatureType": "String"},
            ],
            "FeatureGroupName": "features",
            "OfflineStoreConfig": {"S3StorageConfig": {"KmsKeyId": KEY, "S3Uri": S3}},
            "OnlineStoreConfig": {
                "EnableOnlineStore": True,
                "SecurityConfig": {"KmsKeyId": KEY},
            },
            "RecordIdentifierFeatureName": "id",
            "RoleArn": ROLE,
        },
    ),
    "Experiment": (
        "AWS::SageMaker::InferenceExperiment",
        {
            "DataStorageConfig": {"Destination": S3, "KmsKey": KEY},
            "EndpointName": "e",
            "KmsKey": KEY,
            "ModelVariants": [
                {
                    "InfrastructureConfig": {
                        "InfrastructureType": "RealTimeInference",
                        "RealTimeInferenceConfig": {
                            "InstanceCount": 1,
                            "InstanceType": "ml.m5.large",
                        },
                    },
                    "ModelName": "m",
                    "VariantName": "v",
                }
            ],
            "Name": "experiment",
            "RoleArn": ROLE,
            "Type": "ShadowMode",
        },
    ),
}
INLINE: Final = "MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig"
ISOLATION: Final = "NetworkConfig.EnableNetworkIsolation"
TRAFFIC: Final = "NetworkConfig.EnableInterContainerTrafficEncryption"
MODE: Final = "NetworkConfiguration.NetworkMode"
Break = tuple[str, str, str, Any]
BREAKS: Final[tuple[Break, ...]] = (
    ("Bedrock.1", "Source", "ServerSideEncryptionConfiguration", None),
    ("BedrockAgentCore.1", "Runtime", MODE, "PUBLIC"),
    ("BedrockAgentCore.1", "Runtime", "NetworkConfiguration", None),
    ("BedrockAgentCore.2", "Gateway", "AuthorizerType", "NONE"),
    ("BedrockAgentCore.3", "Memory", "EncryptionKeyArn", None),
    ("BedrockAgentCore.4", "Gateway", "KmsKeyArn", None),
    ("BedrockAgentCore.5", "Browser", MODE, "PUBLIC"),
    ("BedrockAgentCore.6", "Browser", "RecordingConfig.Enabled", False),
    ("BedrockAgentCore.6", "Browser", "RecordingConfig.S3Location", None),
    ("BedrockAgentCore.7", "Interpreter", MODE, "PUBLIC"),
    ("BedrockAgentCore.7", "Interpreter", MODE, "SANDBOX"),
    ("SageMaker.1", "Notebook", "DirectInternetAccess", "Enabled"),
    ("SageMaker.1", "Notebook", "DirectInternetAccess", None),
    ("SageMaker.2", "Notebook", "SubnetId", None),
    ("SageMaker.3", "Notebook", "RootAccess", None),
    ("SageMaker.4", "Configuration", "ProductionVariants.0.InitialInstanceCount", 1),
    ("SageMaker.4", "Configuration", "ProductionVariants.0.InitialInstanceCount", None),
    ("SageMaker.5", "Model", "EnableNetworkIsolation", None),
    ("SageMaker.5", "Chain", "EnableNetworkIsolation", False),
    ("SageMaker.8", "Notebook", "PlatformIdentifier", "notebook-al2-v3"),
    ("SageMaker.8", "Notebook", "PlatformIdentifier", None),
    ("SageMaker.9", "DataQuality", TRAFFIC, None),
    ("SageMaker.10", "Explainability", TRAFFIC, None),
    ("SageMaker.11", "DataQuality", ISOLATION, None),
    ("SageMaker.12", "Bias", ISOLATION, None),
    ("SageMaker.13", "ModelQuality", TRAFFIC, False),
    ("SageMaker.14", "Schedule", f"{INLINE}.EnableNetworkIsolation", None),
    ("SageMaker.15", "Bias", TRAFFIC, None),
    ("SageMaker.16", "Model", "PrimaryContainer.ImageConfig", None),
    ("SageMaker.16", "Model", "PrimaryContainer.ImageConfig.RepositoryAccessMode", "Platform"),
    ("SageMaker.17", "Features", "OfflineStoreConfig.S3StorageConfig.KmsKeyId", None),
    ("SageMaker.18", "Features", "OnlineStoreConfig.SecurityConfig", None),
    ("SageMaker.19", "Chain", "Containers.1.ImageConfig", None),
    ("SageMaker.19", "Chain", "Containers.0.ImageConfig.RepositoryAccessMode", "Platform"),
    ("SageMaker.20", "Explainability", ISOLATION, False),
    ("SageMaker.21", "Notebook", "KmsKeyId", None),
    ("SageMaker.22", "Schedule", f"{INLINE}.EnableInterContainerTrafficEncryption", None),
    ("SageMaker.23", "Experiment", "KmsKey", None),
    ("SageMaker.24", "Experiment", "DataStorageConfig.KmsKey", None),
    ("SageMaker.25", "ModelQuality", ISOLATION, None),
)
"""Control, resource, property, and what breaks it; None takes the property away."""
FINE: Final[tuple[tuple[str, str, Any], ...]] = (
    ("Experiment", "DataStorageConfig", None),  # captures nothing
    ("Features", "OfflineStoreConfig", None),
    ("Features", "OnlineStoreConfig", {"EnableOnlineStore": True, "StorageType": "InMemory"}),
    ("Features", "OnlineStoreConfig", {"EnableOnlineStore": False}),
    ("Gateway", "AuthorizerType", "CUSTOM_JWT"),
    ("Model", "EnableNetworkIsolation", "true"),
    ("Configuration", "ProductionVariants.0.InitialInstanceCount", 3),
)
"""Changes that break nothing, by what the pages say."""


def template(**changes: Mapping[str, Any]) -> dict[str, Any]:
    """All resources as a template, with other properties for some of them."""
    return {
        "Resources": {
            name: {"Type": kind, "Properties": changes.get(name, copy.deepcopy(properties))}
            for name, (kind, properties) in RESOURCES.items()
        }
    }


def changed(resource: str, path: str, value: Any) -> dict[str, Any]:
    """The properties of a resource with one of them changed, or taken away with None."""
    # By way of text: what two places share must not change at both.
    properties: dict[str, Any] = json.loads(json.dumps(RESOURCES[resource][1]))
    *way, last = path.split(".")
    inner: Any = properties
    for name in way:
        inner = inner[int(name)] if name.isdecimal() else inner[name]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return properties


def single_instance_bias() -> dict[str, Any]:
    """A bias job on one instance, whose traffic never leaves it."""
    properties = changed("Bias", TRAFFIC, None)
    properties["JobResources"]["ClusterConfig"]["InstanceCount"] = 1
    return properties
