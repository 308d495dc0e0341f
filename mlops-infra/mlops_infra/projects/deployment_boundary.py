"""The most that a role may do which a project deploys into a stage, whatever its own policy says.

Who may push to a project's deploy repository writes the template that CloudFormation applies here;
the boundary, which the execution policy of `bootstrap` demands of such roles, ends what can be won
by that.
"""

from typing import Final

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from mlops_commons.cdk.policies import managed_policy
from mlops_commons.contract import ParameterName
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.utilities import names

OUTLINE: Final = (
    "a boundary grants nothing: it is the outline of what projects deploy, so it names what they "
    "have in common"
)


class DeploymentBoundary(Construct):
    """The boundary and its place in the SSM contract."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        policy_name: str,
        app_prefix: str,
        namespace: str,
    ) -> None:
        """Create the policy.

        Args:
            policy_name: known before it is deployed, so that execution policies can demand it.
            app_prefix: the buckets of projects begin with it.
            namespace: goes in front of the parameter's name.
        """
        super().__init__(scope, construct_id)
        description = "The most that a role may do which a SageMaker project deploys"
        policy = managed_policy(
            self,
            "Policy",
            boundary_statements(app_prefix),
            description=description,
            name=policy_name,
        )
        ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=ParameterName.DEPLOYMENT_BOUNDARY.within(namespace),
            description=description,
            string_value=policy.managed_policy_arn,
        )


def boundary_statements(app_prefix: str) -> tuple[Statement, ...]:
    """Models that run in the private network, the jobs of a promoted pipeline, and their tests."""
    buckets = (names.project_bucket_prefix(app_prefix), "sagemaker")
    jobs = ("processing-job", "training-job", "transform-job", "model")
    return (
        _outline(
            "DataOfProjects",
            actions("s3", "AbortMultipartUpload GetBucketLocation GetObject ListBucket PutObject"),
            tuple(f"arn:${{AWS::Partition}}:s3:::{prefix}-p-*" for prefix in buckets),
        ),
        _outline(
            "KeysOfProjects",
            actions("kms", "CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey"),
            # The model is encrypted with a key of the dev account.
            ("arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*",),
        ),
        _outline(
            "Images",
            actions("ecr", "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer"),
            ("arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*",),
        ),
        _outline(
            "ModelsOfProjects",
            actions(
                "sagemaker",
                "DescribeEndpoint DescribeEndpointConfig DescribeModel InvokeEndpoint",
            ),
            arns("sagemaker", "endpoint/*-p-*", "endpoint-config/*", "model/*"),
        ),
        _outline(
            "PipelinesOfProjects",
            actions(
                "sagemaker",
                "DescribePipeline DescribePipelineExecution ListPipelineExecutionSteps "
                "StartPipelineExecution",
            ),
            arns("sagemaker", "pipeline/*-p-*"),
        ),
        _outline(
            "JobsOfPipelines",
            actions(
                "sagemaker",
                "AddTags CreateModel CreateProcessingJob CreateTransformJob DeleteModel "
                "DescribeModel DescribeProcessingJob DescribeTransformJob StopProcessingJob "
                "StopTransformJob",
            ),
            arns("sagemaker", *(f"{kind}/pipelines-*" for kind in jobs)),
        ),
        _outline(
            "VersionsOfProjects",
            actions("sagemaker", "CreateModel DescribeModelPackage"),
            # They are registered in the dev account.
            ("arn:${AWS::Partition}:sagemaker:${AWS::Region}:*:model-package/*-p-*/*",),
        ),
        _outline(
            "Logs",
            actions("logs", "CreateLogGroup CreateLogStream DescribeLogStreams PutLogEvents"),
            arns("logs", "log-group:/aws/sagemaker/*"),
        ),
        *_network(),
    )


def _network() -> tuple[Statement, ...]:
    describe = "DhcpOptions NetworkInterfaces SecurityGroups Subnets Vpcs"
    return (
        _outline(
            "InterfacesInThePrivateNetwork",
            actions(
                "ec2",
                "CreateNetworkInterface CreateNetworkInterfacePermission DeleteNetworkInterface "
                "DeleteNetworkInterfacePermission",
            ),
            arns("ec2", "network-interface/*", "security-group/*", "subnet/*"),
        ),
        Statement(
            sid="WithoutResources",
            actions=(
                "cloudwatch:PutMetricData",
                *(f"ec2:Describe{what}" for what in describe.split()),
                "ecr:GetAuthorizationToken",
            ),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
    )


def _outline(sid: str, allowed: tuple[str, ...], resources: tuple[str, ...]) -> Statement:
    return Statement(sid=sid, actions=allowed, resources=resources, reason=OUTLINE)
