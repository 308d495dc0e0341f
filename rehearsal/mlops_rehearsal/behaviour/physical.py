"""What `Ref` and `Fn::GetAtt` give: names and ARNs of resources before they are deployed.

Sources: the Service Authorization Reference ("Resource types defined by ..."), and "Return values"
of each type in the CloudFormation Template Reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class Identity:
    """How resources of a type are named.

    Attributes:
        arn: with `{r}` for the region, `{a}` for the account and `{n}` for the name.
        name: the property that holds the name; without one CloudFormation chooses it.
        ref: what `Ref` gives: `name` or `arn`.
    """

    arn: str = ""
    name: str = ""
    ref: str = "name"


_SAGEMAKER: Final = "arn:aws:sagemaker:{r}:{a}:"
IDENTITIES: Final[Mapping[str, Identity]] = {
    "AWS::CloudWatch::Alarm": Identity(
        arn="arn:aws:cloudwatch:{r}:{a}:alarm:{n}", name="AlarmName"
    ),
    "AWS::CodeBuild::Project": Identity(arn="arn:aws:codebuild:{r}:{a}:project/{n}", name="Name"),
    "AWS::CodeCommit::Repository": Identity(
        arn="arn:aws:codecommit:{r}:{a}:{n}", name="RepositoryName"
    ),
    "AWS::CodePipeline::Pipeline": Identity(arn="arn:aws:codepipeline:{r}:{a}:{n}", name="Name"),
    "AWS::EC2::FlowLog": Identity(arn="arn:aws:ec2:{r}:{a}:vpc-flow-log/{n}"),
    "AWS::EC2::SecurityGroup": Identity(arn="arn:aws:ec2:{r}:{a}:security-group/{n}"),
    "AWS::EC2::Subnet": Identity(arn="arn:aws:ec2:{r}:{a}:subnet/{n}"),
    "AWS::EC2::VPC": Identity(arn="arn:aws:ec2:{r}:{a}:vpc/{n}"),
    "AWS::ECR::Repository": Identity(
        arn="arn:aws:ecr:{r}:{a}:repository/{n}", name="RepositoryName"
    ),
    "AWS::Events::Rule": Identity(arn="arn:aws:events:{r}:{a}:rule/{n}", name="Name"),
    "AWS::IAM::ManagedPolicy": Identity(
        arn="arn:aws:iam::{a}:policy/{n}", name="ManagedPolicyName", ref="arn"
    ),
    "AWS::IAM::Role": Identity(arn="arn:aws:iam::{a}:role{path}{n}", name="RoleName"),
    "AWS::KMS::Key": Identity(arn="arn:aws:kms:{r}:{a}:key/{n}"),
    "AWS::Lambda::Function": Identity(
        arn="arn:aws:lambda:{r}:{a}:function:{n}", name="FunctionName"
    ),
    "AWS::Logs::LogGroup": Identity(
        arn="arn:aws:logs:{r}:{a}:log-group:{n}:*", name="LogGroupName"
    ),
    "AWS::S3::Bucket": Identity(arn="arn:aws:s3:::{n}", name="BucketName"),
    "AWS::SNS::Topic": Identity(arn="arn:aws:sns:{r}:{a}:{n}", name="TopicName", ref="arn"),
    "AWS::SQS::Queue": Identity(arn="arn:aws:sqs:{r}:{a}:{n}", name="QueueName"),
    "AWS::SSM::Parameter": Identity(arn="arn:aws:ssm:{r}:{a}:parameter{n}", name="Name"),
    "AWS::SageMaker::Endpoint": Identity(
        arn=_SAGEMAKER + "endpoint/{n}", name="EndpointName", ref="arn"
    ),
    "AWS::SageMaker::EndpointConfig": Identity(
        arn=_SAGEMAKER + "endpoint-config/{n}", name="EndpointConfigName", ref="arn"
    ),
    "AWS::SageMaker::InferenceComponent": Identity(
        arn=_SAGEMAKER + "inference-component/{n}", name="InferenceComponentName", ref="arn"
    ),
    "AWS::SageMaker::Model": Identity(arn=_SAGEMAKER + "model/{n}", name="ModelName", ref="arn"),
    "AWS::SageMaker::ModelPackageGroup": Identity(
        arn=_SAGEMAKER + "model-package-group/{n}", name="ModelPackageGroupName", ref="arn"
    ),
    "AWS::SageMaker::Pipeline": Identity(arn=_SAGEMAKER + "pipeline/{n}", name="PipelineName"),
    "AWS::Scheduler::Schedule": Identity(
        arn="arn:aws:scheduler:{r}:{a}:schedule/default/{n}", name="Name"
    ),
}
UNKNOWN: Final = Identity()


def arn(kind: str, name: str, properties: Mapping[str, Any], region: str, account: str) -> str:
    """The ARN of a resource; its name where its type has none."""
    pattern = IDENTITIES.get(kind, UNKNOWN).arn
    path = str(properties.get("Path", "/"))
    return pattern.format(r=region, a=account, n=name, path=path) if pattern else name
