"""The kinds of resources that policies name, and how CloudFormation names each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

RANDOM_IDS: Final = "AWS makes its ids up, so they cannot be known before"
RANDOM_ENDS: Final = (
    "CloudFormation ends the names that it makes with random characters; what comes before "
    "belongs to these stacks"
)


SHARED: Final = (
    "AWS RAM shares them, and only their owner knows which account the owner is; by their ids they "
    "are these and no others"
)


class Naming(StrEnum):
    """How CloudFormation names a resource without a name of its own."""

    STACK = "stack name, logical id, random characters"
    LOGICAL_ID = "logical id, random characters"
    RANDOM = "an id that AWS makes up"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resources of the Service Authorization Reference.

    Attributes:
        name: service prefix and kind, such as `s3:bucket`.
        types: the resource types that make it; it is in a policy when a template has one.
        arn: the pattern of its ARN: `{partition}`, `{region}`, `{account}`, `{name}`, `{path}`.
        name_property: where a template gives the name.
        maximum: the longest name.
        shared: they are of another account, so their ARN has `*` where its id stands.
    """

    name: str
    types: tuple[str, ...]
    arn: str
    name_property: str = ""
    naming: Naming = Naming.RANDOM
    maximum: int = 255
    lower: bool = False
    shared: bool = False

    @property
    def reason(self) -> str:
        """Why its pattern has a wildcard."""
        if self.shared:
            return SHARED
        return RANDOM_IDS if self.naming is Naming.RANDOM else RANDOM_ENDS


HERE: Final = "arn:{partition}:%s:{region}:{account}:"


def _own(service: str, resource: str) -> str:
    return HERE % service + resource


def _sagemaker(kind: str, resource_type: str, **naming: Any) -> Kind:
    return Kind(
        name=f"sagemaker:{kind}",
        types=(f"AWS::SageMaker::{resource_type}",),
        arn=_own("sagemaker", f"{kind}/{{name}}"),
        # SageMaker writes names in ARNs in lower case.
        lower=True,
        **naming,
    )


LOGICAL_ID: Final = {"naming": Naming.LOGICAL_ID}

KINDS: Final = (
    Kind(
        name="s3:bucket",
        types=("AWS::S3::Bucket",),
        arn="arn:{partition}:s3:::{name}",
        name_property="BucketName",
        naming=Naming.STACK,
        maximum=63,
        lower=True,
    ),
    Kind(
        name="s3:object",
        types=("AWS::S3::Bucket",),
        arn="arn:{partition}:s3:::{name}/*",
        name_property="BucketName",
        naming=Naming.STACK,
        maximum=63,
        lower=True,
    ),
    Kind(
        name="sns:topic",
        types=("AWS::SNS::Topic",),
        arn=_own("sns", "{name}"),
        name_property="TopicName",
        naming=Naming.STACK,
    ),
    Kind(
        name="sqs:queue",
        types=("AWS::SQS::Queue",),
        arn=_own("sqs", "{name}"),
        name_property="QueueName",
        naming=Naming.STACK,
        maximum=80,
    ),
    Kind(
        name="ecr:repository",
        types=("AWS::ECR::Repository",),
        arn=_own("ecr", "repository/{name}"),
        name_property="RepositoryName",
        naming=Naming.STACK,
        lower=True,
    ),
    Kind(
        name="cloudformation:stack",
        types=("AWS::CloudFormation::Stack",),
        arn=_own("cloudformation", "stack/{name}/*"),
        naming=Naming.STACK,
        maximum=128,
    ),
    Kind(
        name="iam:role",
        types=("AWS::IAM::Role",),
        arn="arn:{partition}:iam::{account}:role{path}{name}",
        name_property="RoleName",
        naming=Naming.STACK,
        maximum=64,
    ),
    Kind(
        name="iam:policy",
        types=("AWS::IAM::ManagedPolicy",),
        arn="arn:{partition}:iam::{account}:policy{path}{name}",
        name_property="ManagedPolicyName",
        naming=Naming.STACK,
        maximum=128,
    ),
    Kind(
        name="lambda:function",
        types=("AWS::Lambda::Function",),
        arn=_own("lambda", "function:{name}"),
        name_property="FunctionName",
        naming=Naming.STACK,
        maximum=64,
    ),
    *(
        Kind(
            name=f"lambda:{kind}",
            types=("AWS::Lambda::LayerVersion",),
            arn=_own("lambda", resource),
            name_property="LayerName",
            naming=Naming.LOGICAL_ID,
            maximum=64,
        )
        for kind, resource in (("layer", "layer:{name}"), ("layerVersion", "layer:{name}:*"))
    ),
    *(
        Kind(
            name="logs:log-group",
            types=("AWS::Logs::LogGroup",),
            arn=_own("logs", resource),
            name_property="LogGroupName",
            naming=Naming.STACK,
            maximum=512,
        )
        # Calls name a log group with and without the streams in it.
        for resource in ("log-group:{name}", "log-group:{name}:*")
    ),
    Kind(
        name="ssm:parameter",
        types=("AWS::SSM::Parameter",),
        arn=_own("ssm", "parameter/{name}"),
        name_property="Name",
        naming=Naming.LOGICAL_ID,
    ),
    Kind(
        name="codebuild:project",
        types=("AWS::CodeBuild::Project",),
        arn=_own("codebuild", "project/{name}"),
        name_property="Name",
        naming=Naming.LOGICAL_ID,
    ),
    *(
        Kind(
            name=f"route53resolver:{kind}",
            types=(f"AWS::Route53Resolver::{resource_type}",),
            arn=_own("route53resolver", f"{kind}/{{name}}"),
        )
        for kind, resource_type in (
            ("firewall-domain-list", "FirewallDomainList"),
            ("firewall-rule-group", "FirewallRuleGroup"),
            ("firewall-rule-group-association", "FirewallRuleGroupAssociation"),
            ("resolver-query-log-config", "ResolverQueryLoggingConfig"),
        )
    ),
    Kind(
        name="route53resolver:resolver-rule",
        types=("AWS::Route53Resolver::ResolverRuleAssociation",),
        arn="arn:{partition}:route53resolver:{region}:*:resolver-rule/{name}",
        name_property="ResolverRuleId",
        shared=True,
    ),
    Kind(
        name="route53profiles:profile-association",
        types=("AWS::Route53Profiles::ProfileAssociation",),
        arn=_own("route53profiles", "profile-association/{name}"),
    ),
    Kind(
        name="ec2:transit-gateway",
        types=("AWS::EC2::TransitGatewayAttachment",),
        arn="arn:{partition}:ec2:{region}:*:transit-gateway/{name}",
        name_property="TransitGatewayId",
        shared=True,
    ),
    Kind(
        name="codeconnections:Connection",
        types=("AWS::CodeConnections::Connection",),
        arn=_own("codeconnections", "connection/{name}"),
    ),
    Kind(
        name="codecommit:repository",
        types=("AWS::CodeCommit::Repository",),
        arn=_own("codecommit", "{name}"),
        name_property="RepositoryName",
    ),
    *(
        Kind(
            name=f"codepipeline:{kind}",
            types=("AWS::CodePipeline::Pipeline",),
            arn=_own("codepipeline", resource),
            name_property="Name",
            naming=Naming.STACK,
            maximum=100,
        )
        for kind, resource in (("pipeline", "{name}"), ("stage", "{name}/*"))
    ),
    Kind(
        name="events:rule-on-default-event-bus",
        types=("AWS::Events::Rule",),
        arn=_own("events", "rule/{name}"),
        name_property="Name",
        naming=Naming.STACK,
        maximum=64,
    ),
    Kind(
        name="cloudwatch:alarm",
        types=("AWS::CloudWatch::Alarm",),
        arn=_own("cloudwatch", "alarm:{name}"),
        name_property="AlarmName",
        naming=Naming.STACK,
    ),
    # Application Auto Scaling names the alarms of its policies so.
    Kind(
        name="cloudwatch:alarm",
        types=("AWS::ApplicationAutoScaling::ScalingPolicy",),
        arn=_own("cloudwatch", "alarm:TargetTracking-{name}"),
    ),
    Kind(
        name="application-autoscaling:ScalableTarget",
        types=("AWS::ApplicationAutoScaling::ScalableTarget",),
        arn=_own("application-autoscaling", "scalable-target/{name}"),
    ),
    Kind(
        name="scheduler:schedule",
        types=("AWS::Scheduler::Schedule",),
        arn=_own("scheduler", "schedule/default/{name}"),
        name_property="Name",
        naming=Naming.STACK,
        maximum=64,
    ),
    Kind(
        name="servicecatalog:Portfolio",
        types=("AWS::ServiceCatalog::Portfolio",),
        arn=_own("catalog", "portfolio/{name}"),
    ),
    Kind(
        name="servicecatalog:Product",
        types=("AWS::ServiceCatalog::CloudFormationProduct",),
        arn=_own("catalog", "product/{name}"),
    ),
    Kind(
        name="kms:alias",
        types=("AWS::KMS::Alias",),
        arn=_own("kms", "{name}"),
        name_property="AliasName",
    ),
    _sagemaker("domain", "Domain"),
    _sagemaker("app", "Domain"),
    _sagemaker("image", "Domain"),
    _sagemaker("image-version", "Domain"),
    # The id of its domain comes before its name.
    _sagemaker("user-profile", "UserProfile"),
    _sagemaker("model", "Model", name_property="ModelName", **LOGICAL_ID),
    _sagemaker(
        "endpoint-config", "EndpointConfig", name_property="EndpointConfigName", **LOGICAL_ID
    ),
    _sagemaker("endpoint", "Endpoint", name_property="EndpointName", **LOGICAL_ID),
    _sagemaker(
        "inference-component",
        "InferenceComponent",
        name_property="InferenceComponentName",
        **LOGICAL_ID,
    ),
    _sagemaker("pipeline", "Pipeline", name_property="PipelineName"),
    _sagemaker("model-package-group", "ModelPackageGroup", name_property="ModelPackageGroupName"),
    _sagemaker(
        "monitoring-schedule",
        "MonitoringSchedule",
        name_property="MonitoringScheduleName",
    ),
    _sagemaker(
        "data-quality-job-definition",
        "DataQualityJobDefinition",
        name_property="JobDefinitionName",
        **LOGICAL_ID,
    ),
    _sagemaker(
        "model-quality-job-definition",
        "ModelQualityJobDefinition",
        name_property="JobDefinitionName",
        **LOGICAL_ID,
    ),
)


def statement_name(service: str) -> str:
    """A service in the id of a statement, which holds letters and digits only."""
    return "".join(word.capitalize() for word in service.split("-"))
