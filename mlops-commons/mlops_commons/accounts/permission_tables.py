"""What the registry schemas do not say: actions that they lack, and those not used here."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Addition:
    """Actions that a resource type needs besides those of its schema.

    Attributes:
        type: the resource type; `Custom::*` is every custom resource.
        handlers: the actions by handler.
        source: where they are documented.
    """

    type: str
    handlers: dict[str, tuple[str, ...]]
    source: str


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


CODECOMMIT_KEY: Final = tuple(
    f"kms:{name}"
    for name in (
        *("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"),
        *("GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
    )
)
INVOKE: Final = ("lambda:InvokeFunction",)

ADDITIONS: Final = (
    Addition(
        type="AWS::CodeBuild::Project",
        handlers={
            "create": ("codebuild:CreateProject", "iam:PassRole"),
            "read": ("codebuild:BatchGetProjects",),
            "update": ("codebuild:UpdateProject", "iam:PassRole"),
            "delete": ("codebuild:DeleteProject",),
        },
        source="CodeBuild User Guide, 'AWS CodeBuild permissions reference'; the schema has no "
        "handlers",
    ),
    Addition(
        type="Custom::*",
        handlers={"create": INVOKE, "read": INVOKE, "update": INVOKE, "delete": INVOKE},
        source="CloudFormation User Guide, 'Custom resources': CloudFormation calls the function",
    ),
    Addition(
        type="AWS::CodeCommit::Repository",
        handlers={"create": CODECOMMIT_KEY, "update": CODECOMMIT_KEY},
        source="CodeCommit User Guide, 'AWS KMS and encryption': who writes to a repository with "
        "a customer managed key uses that key",
    ),
    Addition(
        type="AWS::SageMaker::Endpoint",
        handlers={"create": ("kms:CreateGrant",), "update": ("kms:CreateGrant",)},
        source="SageMaker Developer Guide, 'API permissions reference': CreateEndpoint, where the "
        "configuration has a KmsKeyId",
    ),
)

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
        type="AWS::S3::Bucket",
        actions=(
            *("s3tables:*", "s3:CreateBucketMetadata*", "s3:DeleteBucketMetadata*"),
            *("s3:GetBucketMetadata*", "s3:UpdateBucketMetadata*"),
        ),
        properties=("MetadataConfiguration", "MetadataTableConfiguration"),
        reason="the buckets have no metadata tables",
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
        properties=("SingleSignOnUserValue",),
        reason="the users sign in with IAM",
    ),
    Unused(
        type="AWS::CodePipeline::Pipeline",
        actions=("codestar-connections:*",),
        reason="the source is CodeCommit",
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
        properties=("LogDestination",),
        reason="flow logs go to CloudWatch Logs",
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

SERVICE_LINKED_ROLES: Final = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "sagemaker.application-autoscaling.amazonaws.com"
    ),
    "AWS::EC2::FlowLog": "delivery.logs.amazonaws.com",
    "AWS::SageMaker::Domain": "sagemaker.amazonaws.com",
}
"""Whose service-linked role a resource needs in an account that has none yet (the services' own
guides, 'Using service-linked roles')."""

KINDS_BESIDES: Final = {
    "ec2:createvpcencryptioncontrol": ("vpc",),
    "ec2:describevpcencryptioncontrols": (),
    "lambda:getfunctionscalingconfig": ("function",),
    "lambda:putfunctionscalingconfig": ("function",),
    "logs:putloggroupdeletionprotection": ("log-group",),
    "s3:deletebucketanalyticsconfiguration": ("bucket",),
    "s3:deletebucketcors": ("bucket",),
    "s3:deletebucketencryption": ("bucket",),
    "s3:deletebucketlifecycle": ("bucket",),
    "s3:deletebucketmetricsconfiguration": ("bucket",),
    "s3:deletebucketreplication": ("bucket",),
    "s3:deletebuckettagging": ("bucket",),
    "s3:getbucketabac": ("bucket",),
    "s3:listtagsforresource": ("bucket",),
    "s3:putbucketabac": ("bucket",),
    "s3:putbucketreplication": ("bucket",),
    "s3:putobjectlockconfiguration": ("bucket",),
    "s3:tagresource": ("bucket",),
    "s3:untagresource": ("bucket",),
    "servicecatalog:listtagsforresource": ("Portfolio", "Product"),
    "servicecatalog:tagresource": ("Portfolio", "Product"),
    "servicecatalog:untagresource": ("Portfolio", "Product"),
}
"""Kinds of resources that the reference does not have (yet) for an action that a schema names; each
acts on the resource of that schema."""
