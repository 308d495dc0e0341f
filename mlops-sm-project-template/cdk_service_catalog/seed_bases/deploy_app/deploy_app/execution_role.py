"""The role that a model or a pipeline of this stage runs as."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from deploy_app import names
from deploy_app.acknowledge import acknowledge
from deploy_app.network import Network
from deploy_app.settings import Settings

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
NO_RESOURCES = (
    "these actions do not support resource-level permissions (Service Authorization Reference)"
)


class ExecutionRole(Construct):
    """Reads the model in dev, writes the stage's data; exposes `role` and `policy`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        bucket: s3.IBucket,
        key: kms.IKey,
        network: Network,
        statements: list[dict[str, object]] | None = None,
    ) -> None:
        """Create the role; `statements` are permissions besides those of every model."""
        super().__init__(scope, construct_id)
        sagemaker = iam.ServicePrincipal(
            "sagemaker.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
        )
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.execution_role(settings, stage),
            description=f"Project {settings.project_name}: models in {stage}",
            assumed_by=sagemaker,
        )
        # Who starts a pipeline in Studio stays known (SageMaker Developer Guide, "Monitoring user
        # resource access from Studio": roles that the domain's role assumes must trust this).
        self.role.assume_role_policy.add_statements(
            iam.PolicyStatement(actions=["sts:SetSourceIdentity"], principals=[sagemaker])
        )
        document = {
            "Version": "2012-10-17",
            "Statement": [
                *_read_model(settings),
                *_write_data(bucket, key),
                *_images(settings),
                *_observe(),
                *_join_the_vpc(network),
                *(statements or []),
            ],
        }
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Project {settings.project_name}: models in {stage}",
            document=iam.PolicyDocument.from_json(document),
            roles=[self.role],
        )


def acknowledge_wildcards(role: ExecutionRole, *further: str) -> None:
    """Accept the wildcards of a role's policy; cdk-nag fails on one that is not named here.

    Args:
        further: resources whose wildcards end below a bucket of the project.
    """
    here = "<AWS::Region>:<AWS::AccountId>"
    prefix = "arn:<AWS::Partition>"
    reasons = {
        "*": NO_RESOURCES,
        f"{prefix}:ec2:{here}:network-interface/*": (
            "interfaces get random ids; conditions keep to the private subnets and the VPC"
        ),
        f"{prefix}:ec2:{here}:subnet/*": "a condition names the private subnets",
        f"{prefix}:logs:{here}:log-group:/aws/sagemaker/*": (
            "SageMaker names a log group for each kind of work, below this prefix"
        ),
        f"{prefix}:ecr:<AWS::Region>:*:repository/*": (
            "AWS offers its images from an account per framework; a condition leaves out this "
            "account, and a foreign repository's policy decides besides"
        ),
        **dict.fromkeys(further, "objects in buckets of the project, named while it works"),
    }
    for resource, reason in reasons.items():
        acknowledge(role.policy, f"AwsSolutions-IAM5[Resource::{resource}]", reason=reason)


def _read_model(settings: Settings) -> list[dict[str, object]]:
    bucket = f"arn:{cdk.Aws.PARTITION}:s3:::{settings.artifact_bucket}"
    return [
        {
            "Sid": "ReadModels",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": f"{bucket}/registered/*",
        },
        {
            "Sid": "FindModels",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
            "Resource": bucket,
        },
        {
            "Sid": "DecryptModels",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": settings.artifact_bucket_kms_id,
        },
    ]


def _write_data(bucket: s3.IBucket, key: kms.IKey) -> list[dict[str, object]]:
    return [
        {
            "Sid": "WriteData",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            "Resource": bucket.arn_for_objects("*"),
        },
        {
            "Sid": "FindData",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
            "Resource": bucket.bucket_arn,
        },
        {
            "Sid": "UseKey",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
            "Resource": key.key_arn,
        },
        {
            "Sid": "LetSageMakerUseTheKey",
            "Effect": "Allow",
            "Action": "kms:CreateGrant",
            "Resource": key.key_arn,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]


def _images(settings: Settings) -> list[dict[str, object]]:
    own: list[dict[str, object]] = [
        {
            "Sid": "PullOwnImages",
            "Effect": "Allow",
            "Action": PULL,
            "Resource": settings.ecr_repo_arn,
        }
    ]
    return [
        *(own if settings.ecr_repo_arn else []),
        {
            "Sid": "LogInToRegistries",
            "Effect": "Allow",
            "Action": "ecr:GetAuthorizationToken",
            "Resource": "*",
        },
        {
            "Sid": "PullImagesOfAws",
            "Effect": "Allow",
            "Action": PULL,
            "Resource": f"arn:{cdk.Aws.PARTITION}:ecr:{cdk.Aws.REGION}:*:repository/*",
            "Condition": {"StringNotEquals": {"aws:ResourceAccount": cdk.Aws.ACCOUNT_ID}},
        },
    ]


def _observe() -> list[dict[str, object]]:
    groups = _arn("logs", "log-group:/aws/sagemaker/*")
    return [
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": [
                *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"),
                "logs:PutLogEvents",
            ],
            "Resource": groups,
        },
        {
            "Sid": "WriteMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {
                "StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}
            },
        },
    ]


def _join_the_vpc(network: Network) -> list[dict[str, object]]:
    """SageMaker attaches models to subnets with the permissions of their role."""
    interfaces = _arn("ec2", "network-interface/*")
    group = _arn("ec2", f"security-group/{network.security_group_id}")
    return [
        {
            "Sid": "AttachToPrivateSubnets",
            "Effect": "Allow",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": _arn("ec2", "subnet/*"),
            "Condition": {"StringEquals": {"ec2:SubnetID": network.subnet_ids}},
        },
        {
            "Sid": "AttachWithTheSecurityGroup",
            "Effect": "Allow",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": [interfaces, group],
        },
        {
            "Sid": "HandInterfacesToSageMaker",
            "Effect": "Allow",
            "Action": [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            "Resource": interfaces,
            "Condition": {"ArnEquals": {"ec2:Vpc": _arn("ec2", f"vpc/{network.vpc_id}")}},
        },
        {
            "Sid": "DescribeTheNetwork",
            "Effect": "Allow",
            "Action": [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            "Resource": "*",
        },
    ]


def _arn(service: str, resource: str) -> str:
    prefix = f"arn:{cdk.Aws.PARTITION}:{service}:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
    return f"{prefix}:{resource}"
