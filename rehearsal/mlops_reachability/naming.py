"""The names and ARNs that resources get, as CloudFormation gives them.

Source: CloudFormation Template Reference, "Return values" of each type; Service Authorization
Reference, "Resource types defined by" each service.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Kind:
    """How a type is named.

    Attributes:
        property: the property with its name.
        arn: its ARN.
        ref: what `Ref` gives: its name, its ARN or an id.
    """

    property: str
    arn: str
    ref: str = "name"


_HERE: Final = "arn:aws:{service}:{region}:{account}:{rest}"


def _here(property_name: str, service: str, rest: str, ref: str = "name") -> Kind:
    arn = _HERE.replace("{service}", service).replace("{rest}", rest)
    return Kind(property_name, arn, ref)


KINDS: Final[Mapping[str, Kind]] = {
    "AWS::CodeBuild::Project": _here("Name", "codebuild", "project/{name}"),
    "AWS::CodeCommit::Repository": _here("RepositoryName", "codecommit", "{name}", "id"),
    "AWS::CodePipeline::Pipeline": _here("Name", "codepipeline", "{name}"),
    "AWS::DynamoDB::Table": _here("TableName", "dynamodb", "table/{name}"),
    "AWS::ECR::Repository": _here("RepositoryName", "ecr", "repository/{name}"),
    "AWS::Events::Rule": _here("Name", "events", "rule/{name}"),
    "AWS::IAM::ManagedPolicy": Kind(
        "ManagedPolicyName", "arn:aws:iam::{account}:policy{path}{name}", "arn"
    ),
    "AWS::IAM::Role": Kind("RoleName", "arn:aws:iam::{account}:role{path}{name}"),
    "AWS::KMS::Key": _here("", "kms", "key/{name}"),
    "AWS::Lambda::Function": _here("FunctionName", "lambda", "function:{name}"),
    "AWS::Logs::LogGroup": _here("LogGroupName", "logs", "log-group:{name}:*"),
    "AWS::S3::Bucket": Kind("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SNS::Topic": _here("TopicName", "sns", "{name}", "arn"),
    "AWS::SQS::Queue": _here("QueueName", "sqs", "{name}"),
    "AWS::SSM::Parameter": _here("Name", "ssm", "parameter{name}"),
    "AWS::SageMaker::Domain": _here("", "sagemaker", "domain/{name}"),
    "AWS::SageMaker::Endpoint": _here("EndpointName", "sagemaker", "endpoint/{name}", "arn"),
    "AWS::SageMaker::EndpointConfig": _here(
        "EndpointConfigName", "sagemaker", "endpoint-config/{name}", "arn"
    ),
    "AWS::SageMaker::InferenceComponent": _here(
        "InferenceComponentName", "sagemaker", "inference-component/{name}", "arn"
    ),
    "AWS::SageMaker::MlflowApp": _here("", "sagemaker", "mlflow-app/app-{name}", "arn"),
    "AWS::SageMaker::Model": _here("ModelName", "sagemaker", "model/{name}", "arn"),
    "AWS::SageMaker::ModelPackageGroup": _here(
        "ModelPackageGroupName", "sagemaker", "model-package-group/{name}", "arn"
    ),
    "AWS::SageMaker::Pipeline": _here("PipelineName", "sagemaker", "pipeline/{name}"),
    "AWS::SageMaker::UserProfile": _here("UserProfileName", "sagemaker", "user-profile/{name}"),
    "AWS::Scheduler::Schedule": _here("Name", "scheduler", "schedule/default/{name}"),
    "AWS::StepFunctions::StateMachine": _here("StateMachineName", "states", "stateMachine:{name}"),
}
LIMITS: Final = {"AWS::IAM::Role": 64, "AWS::Lambda::Function": 64, "AWS::S3::Bucket": 63}
OTHER: Final = _here("", "cloudformation", "resource/{name}", "id")


@dataclass(frozen=True)
class Named:
    """A resource's name, ARN, and what `Ref` gives."""

    name: str
    arn: str
    ref: str


def named(
    kind: str,
    properties: Mapping[str, Any],
    *,
    stack: str,
    logical_id: str,
    place: Mapping[str, str],
) -> Named:
    """What a resource is called.

    Args:
        properties: with the name evaluated, as far as it has one.
        place: region and account.
    """
    known = KINDS.get(kind, OTHER)
    name = str(properties.get(known.property) or _generated(kind, stack, logical_id))
    path = str(properties.get("Path") or "/")
    if kind == "AWS::SageMaker::UserProfile":
        name = f"{properties.get('DomainId')}/{name}"
    if kind == "AWS::SSM::Parameter" and not name.startswith("/"):
        name = f"/{name}"
    arn = known.arn.format(name=name, path=path, **place)
    return Named(name=name, arn=arn, ref={"name": name, "arn": arn, "id": name}[known.ref])


def _generated(kind: str, stack: str, logical_id: str) -> str:
    """A name as CloudFormation makes one: stack, logical id and twelve characters.

    Of a long one the first part is cut before the second (CloudFormation User Guide, "Name type").
    """
    suffix = hashlib.sha256(f"{stack}/{logical_id}".encode()).hexdigest()[:12].upper()
    limit = LIMITS.get(kind, 128) - len(suffix) - 2
    if len(stack) + len(logical_id) > limit:
        stack, logical_id = stack[: limit // 2], logical_id[: limit - limit // 2]
    name = f"{stack}-{logical_id}-{suffix}"
    return name.lower() if kind == "AWS::S3::Bucket" else name
