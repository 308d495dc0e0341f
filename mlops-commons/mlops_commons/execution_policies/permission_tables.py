"""What the registry schemas and the Service Authorization Reference do not say."""

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
    *(
        Addition(
            type=f"AWS::EC2::{kind}",
            handlers={"create": ("iam:CreateServiceLinkedRole",)},
            source="AWS Transit Gateway Guide, 'Use service-linked roles for transit gateways': "
            "whoever attaches the first VPC of an account needs it. Without it the attachment "
            "ends as failed (https://github.com/aws-solutions-library-samples/"
            "network-orchestration-for-aws-transit-gateway/issues/42)",
        )
        for kind in ("TransitGatewayAttachment", "TransitGatewayVpcAttachment")
    ),
)

SERVICE_LINKED_ROLES: Final = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "sagemaker.application-autoscaling.amazonaws.com"
    ),
    "AWS::EC2::FlowLog": "delivery.logs.amazonaws.com",
    **dict.fromkeys(
        ("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"),
        "transitgateway.amazonaws.com",
    ),
    "AWS::SageMaker::Domain": "sagemaker.amazonaws.com",
}
"""Whose service-linked role a resource needs in an account that has none yet (the services' own
guides, 'Using service-linked roles').

That of a domain makes the domain's application in Identity Center, too: its policy has
sso:CreateManagedApplicationInstance and its siblings, and no page asks the caller for one
(SageMaker Developer Guide, 'AWS managed policy: AmazonSageMakerNotebooksServiceRolePolicy', and
'API permissions reference', CreateDomain)."""

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
