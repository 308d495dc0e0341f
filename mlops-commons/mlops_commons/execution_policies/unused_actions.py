"""Actions of the registry schemas that nothing here uses, each with the reason."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Unused:
    """Actions of a schema that are not granted.

    Attributes:
        actions: exact actions, or all that begin with a text that ends with `*`.
        properties: with one of these properties a resource does need them; none: never.
        reason: why they can be left out.
    """

    type: str
    actions: tuple[str, ...]
    properties: tuple[str, ...] = ()
    reason: str


ELSEWHERE: Final = "projects and the platform use none of these services here"

UNUSED: Final = (
    Unused(
        type="AWS::IAM::Policy",
        actions=(
            *("iam:DeleteGroupPolicy", "iam:DeleteUserPolicy", "iam:GetGroupPolicy"),
            *("iam:GetUserPolicy", "iam:PutGroupPolicy", "iam:PutUserPolicy"),
        ),
        properties=("Groups", "Users"),
        reason="the policies belong to roles",
    ),
    Unused(
        type="AWS::IAM::ManagedPolicy",
        actions=(
            *("iam:AttachGroupPolicy", "iam:AttachUserPolicy"),
            *("iam:DetachGroupPolicy", "iam:DetachUserPolicy"),
        ),
        properties=("Groups", "Users"),
        reason="the policies belong to roles",
    ),
    Unused(
        type="AWS::IAM::Role",
        actions=("iam:DeleteRolePermissionsBoundary",),
        reason="whoever may take a boundary away is not bound by it",
    ),
    Unused(
        type="AWS::IAM::Role",
        actions=("iam:PutRolePermissionsBoundary",),
        properties=("PermissionsBoundary",),
        reason="the roles have no boundary",
    ),
    Unused(
        type="AWS::IAM::Role",
        actions=("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        properties=("ManagedPolicyArns",),
        reason="the roles have inline policies only",
    ),
    Unused(
        type="AWS::S3::Bucket",
        actions=(
            *("s3tables:*", "s3:CreateBucketMetadata*", "s3:DeleteBucketMetadata*"),
            *("s3:GetBucketMetadata*", "s3:UpdateBucketMetadata*"),
        ),
        properties=("MetadataConfiguration", "MetadataTableConfiguration"),
        reason="the buckets have no metadata tables",
    ),
    *(
        Unused(
            type="AWS::S3::Bucket",
            actions=tuple(f"s3:{action}" for action in actions.split()),
            properties=tuple(properties.split()),
            reason="no bucket has this property",
        )
        for actions, properties in (
            ("PutAccelerateConfiguration", "AccelerateConfiguration"),
            ("PutAnalyticsConfiguration", "AnalyticsConfigurations"),
            ("PutBucketAbac", "AbacStatus"),
            ("PutBucketAcl PutObjectAcl", "AccessControl"),
            ("PutBucketCORS", "CorsConfiguration"),
            ("PutBucketNotification", "NotificationConfiguration"),
            ("PutBucketObjectLockConfiguration", "ObjectLockConfiguration ObjectLockEnabled"),
            ("PutBucketWebsite DeleteBucketWebsite", "WebsiteConfiguration"),
            ("PutIntelligentTieringConfiguration", "IntelligentTieringConfigurations"),
            ("PutInventoryConfiguration", "InventoryConfigurations"),
            ("PutMetricsConfiguration", "MetricsConfigurations"),
            ("PutReplicationConfiguration", "ReplicationConfiguration"),
        )
    ),
    Unused(
        type="AWS::S3::Bucket",
        actions=tuple(
            f"s3:{action}"
            for action in (
                *("DeleteBucketAnalyticsConfiguration", "DeleteBucketCors"),
                *("DeleteBucketEncryption", "DeleteBucketLifecycle"),
                *("DeleteBucketMetricsConfiguration", "DeleteBucketReplication"),
                *("DeleteBucketTagging", "PutBucketReplication", "PutObjectLockConfiguration"),
            )
        ),
        reason="names of calls, not of permissions: each is allowed by the Put of its setting "
        "(Service Authorization Reference)",
    ),
    Unused(
        type="AWS::S3::Bucket",
        actions=("s3:DeleteObject",),
        reason="CloudFormation deletes a bucket only when it is empty",
    ),
    Unused(
        type="AWS::IAM::Role",
        actions=("iam:DeleteRolePolicy", "iam:PutRolePolicy"),
        properties=("Policies",),
        reason="the policies of the roles are resources of their own",
    ),
    Unused(
        type="AWS::SNS::Topic",
        actions=("sns:Subscribe", "sns:Unsubscribe"),
        properties=("Subscription",),
        reason="people subscribe themselves",
    ),
    Unused(
        type="AWS::SNS::Topic",
        actions=("sns:PutDataProtectionPolicy",),
        properties=("DataProtectionPolicy",),
        reason="the topics have none",
    ),
    Unused(
        type="AWS::SNS::Subscription",
        actions=("iam:GetRole", "iam:PassRole"),
        properties=("SubscriptionRoleArn",),
        reason="only streams of Firehose are written with a role; people have mail",
    ),
    Unused(
        type="AWS::SNS::Topic",
        actions=("iam:GetRole", "iam:PassRole"),
        properties=("DeliveryStatusLogging",),
        reason="the topics do not log their deliveries",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("logs:PutLogGroupDeletionProtection",),
        properties=("DeletionProtectionEnabled",),
        reason="the log groups are deleted with their stacks",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=("elasticfilesystem:*", "s3files:*"),
        properties=("FileSystemConfigs",),
        reason="the functions mount no file system",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=("ec2:*",),
        properties=("VpcConfig",),
        reason="the functions are in no VPC",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=("kms:*",),
        properties=("KmsKeyArn",),
        reason="the functions have no key of their own",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=(
            "lambda:DeleteFunctionCodeSigningConfig",
            "lambda:GetCodeSigningConfig",
            "lambda:PutFunctionCodeSigningConfig",
        ),
        properties=("CodeSigningConfigArn",),
        reason="the code is not signed",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=("lambda:AssociateRuntimeAlias", "lambda:PassCapacityProvider"),
        properties=("CapacityProviderConfig", "RuntimeManagementConfig"),
        reason="the functions use Lambda's own capacity and runtime",
    ),
    Unused(
        type="AWS::Lambda::Function",
        actions=("lambda:GetLayerVersion",),
        properties=("Layers",),
        reason="the functions have no layers",
    ),
    Unused(
        type="AWS::SageMaker::Domain",
        actions=("efs:*",),
        reason="IAM's prefix of EFS is elasticfilesystem, and homes on EFS are off",
    ),
    Unused(
        type="AWS::SageMaker::UserProfile",
        actions=("identitystore:*", "sso:*"),
        reason="statements of their own let it look for users, where they sign in by Identity "
        "Center",
    ),
    Unused(
        type="AWS::CodePipeline::Pipeline",
        actions=("codestar-connections:*",),
        reason="a statement of its own passes exactly the connections that pipelines name",
    ),
    Unused(
        type="AWS::ServiceCatalog::CloudFormationProduct",
        actions=("cloudformation:GetTemplate", "codestar-connections:*"),
        properties=("SourceConnection",),
        reason="the products are templates in S3",
    ),
    Unused(
        type="AWS::ServiceCatalog::PortfolioPrincipalAssociation",
        actions=("iam:GetGroup", "iam:GetUser"),
        reason="portfolios are shared with roles",
    ),
    Unused(
        type="AWS::EC2::FlowLog",
        actions=("s3:*",),
        reason="the owner of an archive adds what flow logs need: to whoever may, Amazon EC2 would "
        "replace the policy of the bucket",
    ),
    Unused(
        type="AWS::EC2::VPCEndpoint",
        actions=("vpc-lattice:*", "vpce:*"),
        properties=("ServiceNetworkArn", "ServiceRegion"),
        reason="the endpoints are of services of AWS in the same region",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("firehose:*", "logs:CreateLogDelivery", "s3:REST.PUT.OBJECT"),
        reason=f"log groups are delivered nowhere: {ELSEWHERE}",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("logs:DeleteResourcePolicy", "logs:PutResourcePolicy"),
        properties=("ResourcePolicyDocument",),
        reason="the log groups have no policies of their own",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("logs:DeleteIndexPolicy", "logs:PutIndexPolicy"),
        properties=("FieldIndexPolicies",),
        reason="the log groups have no indexes",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("logs:DeleteDataProtectionPolicy", "logs:PutDataProtectionPolicy"),
        properties=("DataProtectionPolicy",),
        reason="the log groups mask nothing",
    ),
    Unused(
        type="AWS::Logs::LogGroup",
        actions=("logs:PutBearerTokenAuthentication",),
        properties=("BearerTokenAuthenticationEnabled",),
        reason="nobody writes with a bearer token",
    ),
    Unused(
        type="AWS::ApplicationAutoScaling::ScalableTarget",
        actions=("lambda:*",),
        reason="endpoints are scaled, not functions",
    ),
)
