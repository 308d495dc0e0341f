"""The 31 controls of the AI Security Best Practices standard of AWS Security Hub, version 1.0.0.

Sources: AWS Security Hub User Guide, "AI Security Best Practices standard in Security Hub CSPM",
"Security Hub CSPM controls for SageMaker AI", "... for Amazon Bedrock", "... for Amazon Bedrock
AgentCore" (read on 2026-11-28); what AWS takes where a property is absent: CloudFormation Template
Reference. `source` is the rule of AWS Config that Security Hub asks.
"""

from collections.abc import Sequence
from typing import Final

from mlops_commons.ai_controls.clauses import Clause, IsAbsent, IsAtLeast, IsOneOf, IsSet
from mlops_commons.ai_controls.control import Control, Severity

STANDARD: Final = "AI Security Best Practices v1.0.0"
HIGH, MEDIUM = Severity.HIGH, Severity.MEDIUM
ISOLATED: Final = "EnableNetworkIsolation"
ENCRYPTED: Final = "EnableInterContainerTrafficEncryption"
INLINE: Final = "MonitoringScheduleConfig.MonitoringJobDefinition"
NAMED: Final = "MonitoringScheduleConfig.MonitoringJobDefinitionName"


def _true(path: str) -> IsOneOf:
    return IsOneOf(path=path, values=(True,))


def _agent(
    number: int, severity: Severity, kind: str, title: str, source: str, *asks: Clause
) -> Control:
    return Control(
        id=f"BedrockAgentCore.{number}",
        severity=severity,
        type=f"AWS::BedrockAgentCore::{kind}",
        title=title,
        asks=asks,
        source=f"bedrock{'-' if number == 3 else ''}agentcore-{source}",
    )


def _ai(
    number: int,
    severity: Severity,
    kind: str,
    title: str,
    source: str,
    *asks: Clause,
    where: Sequence[Clause] = (),
    each: str = "",
) -> Control:
    return Control(
        id=f"SageMaker.{number}",
        severity=severity,
        type=f"AWS::SageMaker::{kind}",
        title=title,
        asks=asks,
        where=where,
        each=each,
        source=f"sagemaker-{source}",
    )


NO_PUBLIC_NETWORK: Final = IsOneOf(path="NetworkConfiguration.NetworkMode", values=("VPC",))
# AWS Config, sagemaker-model-private-registry-required: "NON_COMPLIANT if ImageConfig is missing or
# RepositoryAccessMode is set to Platform".
OWN_REGISTRY: Final = IsOneOf(path="ImageConfig.RepositoryAccessMode", values=("Vpc",))
PRIMARY_REGISTRY: Final = IsOneOf(
    path="PrimaryContainer.ImageConfig.RepositoryAccessMode", values=("Vpc",)
)
CONTROLS: Final = (
    Control(
        id="Bedrock.1",
        severity=MEDIUM,
        type="AWS::Bedrock::DataSource",
        title="data sources are encrypted with a key of yours",
        asks=(IsSet(path="ServerSideEncryptionConfiguration.KmsKeyArn"),),
        source="bedrock-data-source-encryption-enabled",
    ),
    _agent(
        *(1, HIGH, "Runtime", "runtimes run in a VPC", "runtime-private-network-required"),
        NO_PUBLIC_NETWORK,
    ),
    _agent(
        *(2, HIGH, "Gateway", "gateways authorise requests", "gateway-authorizer-enabled"),
        IsOneOf(path="AuthorizerType", values=("CUSTOM_JWT", "AWS_IAM", "AUTHENTICATE_ONLY")),
    ),
    _agent(
        *(3, MEDIUM, "Memory", "memory is encrypted with a key of yours"),
        "memory-encryption-enabled",
        IsSet(path="EncryptionKeyArn"),
    ),
    _agent(
        *(4, MEDIUM, "Gateway", "gateways are encrypted with a key of yours"),
        "gateway-encryption-enabled",
        IsSet(path="KmsKeyArn"),
    ),
    _agent(
        *(5, HIGH, "BrowserCustom", "browsers have no public network"),
        "browsercustom-network-mode-not-public",
        NO_PUBLIC_NETWORK,
    ),
    _agent(
        *(6, MEDIUM, "BrowserCustom", "browsers record their sessions"),
        "browsercustom-recording-enabled",
        _true("RecordingConfig.Enabled"),
        IsSet(path="RecordingConfig.S3Location.Bucket"),
    ),
    _agent(
        *(7, HIGH, "CodeInterpreterCustom", "code interpreters run in a VPC"),
        "codeinterpreter-networkmode-check",
        NO_PUBLIC_NETWORK,
    ),
    _ai(
        *(1, HIGH, "NotebookInstance", "notebook instances have no direct internet access"),
        "notebook-no-direct-internet-access",
        IsOneOf(path="DirectInternetAccess", values=("Disabled",)),
    ),
    _ai(
        *(2, HIGH, "NotebookInstance", "notebook instances are in a VPC of yours"),
        "notebook-instance-inside-vpc",
        IsSet(path="SubnetId"),
    ),
    _ai(
        *(3, HIGH, "NotebookInstance", "users of notebook instances are not root"),
        "notebook-instance-root-access-check",
        IsOneOf(path="RootAccess", values=("Disabled",)),
    ),
    _ai(
        *(4, MEDIUM, "EndpointConfig", "each variant starts with more than one instance"),
        "endpoint-config-prod-instance-count",
        IsAtLeast(path="InitialInstanceCount", number=2),
        where=(IsAbsent(path="ServerlessConfig"),),
        each="ProductionVariants",
    ),
    _ai(
        *(5, MEDIUM, "Model", "models are isolated from the network"),
        "model-isolation-enabled",
        _true(ISOLATED),
    ),
    _ai(
        *(8, MEDIUM, "NotebookInstance", "notebook instances run on a supported platform"),
        "notebook-instance-platform-version",
        IsOneOf(path="PlatformIdentifier", values=("notebook-al2023-v1",)),
    ),
    _ai(
        *(9, MEDIUM, "DataQualityJobDefinition", "data quality jobs encrypt their traffic"),
        "data-quality-job-encrypt-in-transit",
        _true(f"NetworkConfig.{ENCRYPTED}"),
    ),
    _ai(
        *(10, MEDIUM, "ModelExplainabilityJobDefinition"),
        "explainability jobs encrypt their traffic",
        "model-explainability-job-encrypt-in-transit",
        _true(f"NetworkConfig.{ENCRYPTED}"),
    ),
    _ai(
        *(11, MEDIUM, "DataQualityJobDefinition", "data quality jobs are isolated"),
        "data-quality-job-isolation",
        _true(f"NetworkConfig.{ISOLATED}"),
    ),
    _ai(
        *(12, MEDIUM, "ModelBiasJobDefinition", "model bias jobs are isolated"),
        "model-bias-job-isolation",
        _true(f"NetworkConfig.{ISOLATED}"),
    ),
    _ai(
        *(13, MEDIUM, "ModelQualityJobDefinition", "model quality jobs encrypt their traffic"),
        "model-quality-job-encrypt-in-transit",
        _true(f"NetworkConfig.{ENCRYPTED}"),
    ),
    _ai(
        *(14, MEDIUM, "MonitoringSchedule", "monitoring schedules are isolated"),
        "monitoring-schedule-isolation",
        _true(f"{INLINE}.NetworkConfig.{ISOLATED}"),
        where=(IsAbsent(path=NAMED),),
    ),
    _ai(
        *(15, MEDIUM, "ModelBiasJobDefinition"),
        "model bias jobs of several instances encrypt their traffic",
        "model-bias-job-encrypt-in-transit",
        _true(f"NetworkConfig.{ENCRYPTED}"),
        where=(IsAtLeast(path="JobResources.ClusterConfig.InstanceCount", number=2),),
    ),
    _ai(
        *(16, MEDIUM, "Model", "primary containers come from a private registry in the VPC"),
        "model-private-registry-required",
        PRIMARY_REGISTRY,
        where=(IsSet(path="PrimaryContainer"),),
    ),
    _ai(
        *(17, MEDIUM, "FeatureGroup", "offline stores are encrypted with a KMS key"),
        "featuregroup-encryption-at-rest",
        IsSet(path="OfflineStoreConfig.S3StorageConfig.KmsKeyId"),
        where=(IsSet(path="OfflineStoreConfig"),),
    ),
    _ai(
        *(18, MEDIUM, "FeatureGroup"),
        "online stores with standard storage are encrypted with a KMS key",
        "featuregroup-online-store-encryption",
        IsSet(path="OnlineStoreConfig.SecurityConfig.KmsKeyId"),
        where=(
            _true("OnlineStoreConfig.EnableOnlineStore"),
            IsOneOf(path="OnlineStoreConfig.StorageType", values=("Standard",), default="Standard"),
        ),
    ),
    _ai(
        *(19, MEDIUM, "Model", "containers of a pipeline come from a private registry in the VPC"),
        "model-multicontainer-private-registry",
        OWN_REGISTRY,
        each="Containers",
    ),
    _ai(
        *(20, HIGH, "ModelExplainabilityJobDefinition", "explainability jobs are isolated"),
        "model-explainability-job-network-isolation",
        _true(f"NetworkConfig.{ISOLATED}"),
    ),
    _ai(
        *(21, MEDIUM, "NotebookInstance"),
        "notebook instances are encrypted with a key of yours",
        "notebook-instance-storage-vol-kms-encrypted",
        IsSet(path="KmsKeyId"),
    ),
    _ai(
        *(22, MEDIUM, "MonitoringSchedule", "monitoring schedules encrypt their traffic"),
        "monitoring-schedule-traffic-encryption",
        _true(f"{INLINE}.NetworkConfig.{ENCRYPTED}"),
        where=(IsAbsent(path=NAMED),),
    ),
    _ai(
        *(23, MEDIUM, "InferenceExperiment"),
        "inference experiments encrypt instances with a key of yours",
        "inf-experiment-instance-storage-kms-encrypted",
        IsSet(path="KmsKey"),
    ),
    _ai(
        *(24, MEDIUM, "InferenceExperiment"),
        "inference experiments encrypt what they capture with a key of yours",
        "inf-experiment-data-storage-kms-encrypted",
        IsSet(path="DataStorageConfig.KmsKey"),
        where=(IsSet(path="DataStorageConfig"),),
    ),
    _ai(
        *(25, HIGH, "ModelQualityJobDefinition", "model quality jobs are isolated"),
        "model-quality-job-definition-isolation",
        _true(f"NetworkConfig.{ISOLATED}"),
    ),
)
