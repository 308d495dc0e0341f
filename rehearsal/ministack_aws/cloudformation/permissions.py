"""Which actions a resource operation needs, from the handlers of the type's schema."""

from collections.abc import Mapping
from typing import Any, Final

from ministack_aws.cloudformation.schemas import schema
from ministack_aws.engine.types import Properties

FUNCTION: Final = ("lambda:InvokeFunction",)
"""CloudFormation User Guide, Custom resources: CloudFormation calls the function with its role."""

WITHOUT_HANDLERS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "AWS::CodeBuild::Project": {
        "create": ("codebuild:CreateProject", "iam:PassRole"),
        "update": ("codebuild:UpdateProject", "iam:PassRole"),
        "delete": ("codebuild:DeleteProject",),
    },
}
"""Types whose schema names no handlers (CodeBuild User Guide, permissions reference)."""

ONLY_WITH: Final = (
    ("AWS::IAM::Policy", "Group", ("Groups",)),
    ("AWS::IAM::Policy", "User", ("Users",)),
    ("AWS::IAM::ManagedPolicy", "Group", ("Groups",)),
    ("AWS::IAM::ManagedPolicy", "User", ("Users",)),
    ("AWS::IAM::ManagedPolicy", "Role", ("Roles",)),
    ("AWS::IAM::Role", "PermissionsBoundary", ("PermissionsBoundary",)),
    ("AWS::IAM::Role", "PolicyPermission", ("Policies",)),
    ("AWS::IAM::Role", "PutRolePolicy", ("Policies",)),
    ("AWS::IAM::Role", "DeleteRolePolicy", ("Policies",)),
    ("AWS::IAM::Role", "AttachRolePolicy", ("ManagedPolicyArns",)),
    ("AWS::IAM::Role", "DetachRolePolicy", ("ManagedPolicyArns",)),
    ("AWS::IAM::InstanceProfile", "PassRole", ("Roles",)),
    ("AWS::S3::Bucket", "DeleteObject", ("-",)),
    ("AWS::S3::Bucket", "s3tables:", ("MetadataConfiguration", "MetadataTableConfiguration")),
    ("AWS::S3::Bucket", "Metadata", ("MetadataConfiguration", "MetadataTableConfiguration")),
    ("AWS::S3::Bucket", "Replication", ("ReplicationConfiguration",)),
    ("AWS::S3::Bucket", "PassRole", ("ReplicationConfiguration",)),
    ("AWS::S3::Bucket", "Abac", ("AbacStatus",)),
    ("AWS::S3::Bucket", "Acl", ("AccessControl",)),
    ("AWS::S3::Bucket", "Accelerate", ("AccelerateConfiguration",)),
    ("AWS::S3::Bucket", "Analytics", ("AnalyticsConfigurations",)),
    ("AWS::S3::Bucket", "CORS", ("CorsConfiguration",)),
    ("AWS::S3::Bucket", "Encryption", ("BucketEncryption",)),
    ("AWS::S3::Bucket", "IntelligentTiering", ("IntelligentTieringConfigurations",)),
    ("AWS::S3::Bucket", "Inventory", ("InventoryConfigurations",)),
    ("AWS::S3::Bucket", "Lifecycle", ("LifecycleConfiguration",)),
    ("AWS::S3::Bucket", "Logging", ("LoggingConfiguration",)),
    ("AWS::S3::Bucket", "Metrics", ("MetricsConfigurations",)),
    ("AWS::S3::Bucket", "Notification", ("NotificationConfiguration",)),
    ("AWS::S3::Bucket", "ObjectLock", ("ObjectLockConfiguration", "ObjectLockEnabled")),
    ("AWS::S3::Bucket", "Ownership", ("OwnershipControls",)),
    ("AWS::S3::Bucket", "PublicAccessBlock", ("PublicAccessBlockConfiguration",)),
    ("AWS::S3::Bucket", "Versioning", ("VersioningConfiguration",)),
    ("AWS::S3::Bucket", "Website", ("WebsiteConfiguration",)),
    ("AWS::Lambda::Function", "elasticfilesystem:", ("FileSystemConfigs",)),
    ("AWS::Lambda::Function", "s3files:", ("FileSystemConfigs",)),
    ("AWS::Lambda::Function", "ec2:", ("VpcConfig",)),
    ("AWS::Lambda::Function", "kms:", ("KmsKeyArn",)),
    ("AWS::Lambda::Function", "CodeSigning", ("CodeSigningConfigArn",)),
    ("AWS::Lambda::Function", "Concurrency", ("ReservedConcurrentExecutions",)),
    ("AWS::Lambda::Function", "CapacityProvider", ("CapacityProviderConfig",)),
    ("AWS::Lambda::Function", "RuntimeAlias", ("RuntimeManagementConfig",)),
    ("AWS::Lambda::Function", "RuntimeManagement", ("RuntimeManagementConfig",)),
    ("AWS::Lambda::Function", "Recursion", ("RecursiveLoop",)),
    ("AWS::Lambda::Function", "FunctionScaling", ("FunctionScalingConfig",)),
    ("AWS::Lambda::Function", "Layer", ("Layers",)),
    ("AWS::Lambda::Function", "s3:", ("Code.S3Bucket",)),
    ("AWS::SageMaker::Domain", "efs:", ("-",)),
    ("AWS::SageMaker::Domain", "elasticfilesystem:", ("-",)),
    ("AWS::SageMaker::Domain", "kms:", ("KmsKeyId",)),
    ("AWS::SageMaker::Domain", "CreateServiceLinkedRole", ("-",)),
    ("AWS::SageMaker::UserProfile", "identitystore:", ("SingleSignOnUserValue",)),
    ("AWS::SageMaker::UserProfile", "sso:", ("SingleSignOnUserValue",)),
    ("AWS::SageMaker::UserProfile", "PassRole", ("UserSettings.ExecutionRole",)),
    ("AWS::CodeCommit::Repository", "s3:", ("Code",)),
    ("AWS::CodeCommit::Repository", "lambda:", ("Triggers",)),
    ("AWS::CodeCommit::Repository", "sns:", ("Triggers",)),
    ("AWS::CodePipeline::Pipeline", "codestar-connections:", ("-",)),
    ("AWS::CodePipeline::Pipeline", "StageTransition", ("DisableInboundStageTransitions",)),
    ("AWS::ServiceCatalog::CloudFormationProduct", "codestar-connections:", ("SourceConnection",)),
    ("AWS::ServiceCatalog::CloudFormationProduct", "cloudformation:GetTemplate", ("-",)),
    ("AWS::ServiceCatalog::PortfolioPrincipalAssociation", "iam:GetGroup", ("-",)),
    ("AWS::ServiceCatalog::PortfolioPrincipalAssociation", "iam:GetUser", ("-",)),
    ("AWS::DynamoDB::Table", "s3:", ("ImportSourceSpecification",)),
    ("AWS::DynamoDB::Table", "logs:", ("ImportSourceSpecification",)),
    ("AWS::DynamoDB::Table", "ImportTable", ("ImportSourceSpecification",)),
    ("AWS::DynamoDB::Table", "Item", ("ImportSourceSpecification",)),
    ("AWS::DynamoDB::Table", "kinesis:", ("KinesisStreamSpecification",)),
    ("AWS::DynamoDB::Table", "Kinesis", ("KinesisStreamSpecification",)),
    ("AWS::DynamoDB::Table", "TableReplica", ("-",)),
    ("AWS::DynamoDB::Table", "CreateServiceLinkedRole", ("-",)),
    ("AWS::EC2::FlowLog", "s3:", ("-",)),
    ("AWS::EC2::FlowLog", "CreateServiceLinkedRole", ("-",)),
    ("AWS::EC2::VPC", "Ipv6", ("Ipv6Pool",)),
    ("AWS::EC2::VPC", "VpcEncryptionControl", ("VpcEncryptionControl",)),
    ("AWS::EC2::VPCEndpoint", "vpc-lattice:", ("ServiceNetworkArn", "ResourceConfigurationArn")),
    ("AWS::EC2::VPCEndpoint", "vpce:", ("ServiceRegion",)),
    ("AWS::EC2::VPCEndpoint", "CreateServiceLinkedRole", ("-",)),
    ("AWS::ECR::Repository", "PassRole", ("-",)),
    ("AWS::Logs::LogGroup", "firehose:", ("-",)),
    ("AWS::Logs::LogGroup", "LogDelivery", ("-",)),
    ("AWS::Logs::LogGroup", "s3:", ("-",)),
    ("AWS::Logs::LogGroup", "ResourcePolicy", ("ResourcePolicyDocument",)),
    ("AWS::Logs::LogGroup", "ResourcePolicies", ("ResourcePolicyDocument",)),
    ("AWS::Logs::LogGroup", "IndexPolic", ("FieldIndexPolicies",)),
    ("AWS::Logs::LogGroup", "DataProtectionPolicy", ("DataProtectionPolicy",)),
    ("AWS::Logs::LogGroup", "BearerToken", ("BearerTokenAuthenticationEnabled",)),
    ("AWS::Logs::LogGroup", "DeletionProtection", ("DeletionProtectionEnabled",)),
    ("AWS::Logs::LogGroup", "RetentionPolicy", ("RetentionInDays",)),
    ("AWS::Logs::LogGroup", "KmsKey", ("KmsKeyId",)),
    ("AWS::Logs::LogGroup", "kms:", ("KmsKeyId",)),
    ("AWS::SNS::Topic", "firehose:", ("-",)),
    ("AWS::SNS::Topic", "PassRole", ("DeliveryStatusLogging",)),
    ("AWS::SNS::Topic", "ubscri", ("Subscription",)),
    ("AWS::SNS::Topic", "DataProtectionPolicy", ("DataProtectionPolicy",)),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "lambda:", ("-",)),
    ("AWS::SSM::Parameter", "ssm:LabelParameterVersion", ("-",)),
    ("AWS::Events::Rule", "PassRole", ("Targets", "RoleArn")),
)
"""Type, part of an action, and the properties without which CloudFormation does not call it.

A handler's list in a schema is the union over all properties. "-" stands for calls that no property
of a template leads to in an account where the service has been used before.
"""

TAGGING: Final = ("Tag", "tag")
OF_NO_SERVICE: Final = ("resolverquerylogging:",)
"""Prefixes in schemas of which IAM knows no action (Service Authorization Reference): the handlers
call the APIs that stand beside them, which sign as route53resolver."""


def required_actions(
    region: str,
    resource_type: str,
    operation: str,
    properties: Properties,
    before: Properties | None = None,
) -> tuple[str, ...]:
    """The actions that CloudFormation calls to create, update or delete a resource.

    Args:
        before: at an update, the properties as they were: what they had may have to be removed.
    """
    if resource_type.startswith("Custom::") or resource_type.endswith("::CustomResource"):
        return FUNCTION
    handlers = WITHOUT_HANDLERS.get(resource_type)
    if handlers:
        return handlers.get(operation, ())
    found = (schema(region, resource_type) or {}).get("handlers", {}).get(operation, {})
    present = {**(before or {}), **properties}
    return tuple(
        action
        for action in found.get("permissions", ())
        if ":" in action and not action.startswith(OF_NO_SERVICE)
        if _is_called(resource_type, action, operation, present)
    )


def _is_called(resource_type: str, action: str, operation: str, properties: Properties) -> bool:
    name = action.partition(":")[2]
    if any(word in name for word in TAGGING) and not name.startswith(("Get", "List", "Describe")):
        # Untagging happens where an update takes a tag away; the caller knows of no such case.
        gone = name.startswith(("Untag", "Delete", "Remove"))
        tagged = bool(properties.get("Tags")) and _rows_allow(resource_type, action, properties)
        return tagged and not gone
    if name.startswith(("Get", "List", "Describe", "BatchGet")):
        # Reading depends on properties too, but no more than what is read: the first rule decides.
        return _rows_allow(resource_type, action, properties)
    if operation == "update" and name.startswith(("Delete", "Remove", "Detach", "Create")):
        # Taking away or replacing what a template does not change is not called.
        return False
    return _rows_allow(resource_type, action, properties)


def _rows_allow(resource_type: str, action: str, properties: Properties) -> bool:
    rows = [row for row in ONLY_WITH if row[0] == resource_type and row[1] in action]
    return all(any(_has(properties, name) for name in row[2]) for row in rows)


def _has(properties: Properties, path: str) -> bool:
    found: Any = properties
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found not in (None, [], {}, "", False, "false")
