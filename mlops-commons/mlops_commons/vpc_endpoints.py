"""The VPC endpoints that a network can have, one row each."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import Final


class EndpointScope(StrEnum):
    """Where an endpoint is created unless the configuration switches it."""

    ALL = "all stages"
    STUDIO = "stages with Studio"
    OPTIONAL = "only where switched on"


class EndpointKind(StrEnum):
    """How an endpoint is attached; the values are those of CloudFormation's VpcEndpointType."""

    GATEWAY = "Gateway"
    INTERFACE = "Interface"


_OF_CHINA: Final = frozenset(
    {
        "athena",
        "cloudformation",
        "ecr.api",
        "ecr.dkr",
        "lambda",
        "monitoring",
        "sagemaker.api",
        "sagemaker.featurestore-runtime",
        "sagemaker.runtime",
        "servicecatalog",
        "states",
        "sts",
    }
)
_PREFIXES: Final = (
    ("cn-", "cn.com", _OF_CHINA),
    ("eusc-", "eu", frozenset({"ecr.api", "ecr.dkr"})),
)
"""How regions begin, and what the names of some of their services begin with instead of `com`, as
aws-cdk-lib knows them (InterfaceVpcEndpointAwsService)."""


@dataclass(frozen=True)
class VpcEndpoint:
    """One row of the table.

    Attributes:
        key: its switch in the configuration, in snake_case.
        service: the last part of `com.amazonaws.<region>.<service>`, or, where it contains
            `{region}`, the whole service name.
        scope: where it is created by default.
        policy: the service's prefix in IAM actions, for the endpoint policy that
            `egress/` describes; empty where no page of AWS's says that the endpoint takes
            one. Such a row is a way to any account, so that it is switched on by hand only, and
            never together with egress `endpoints-only`.
        source: the page on its need and abilities; `<guide>/<page>` stands for
            `https://docs.aws.amazon.com/<guide>/latest/<page>.html`.
    """

    key: str
    service: str
    scope: EndpointScope
    policy: str
    source: str
    _: KW_ONLY
    kind: EndpointKind = EndpointKind.INTERFACE
    private_dns: bool = True

    @property
    def construct_id(self) -> str:
        """Its name among constructs: `ecr_docker` gives `EcrDockerEndpoint`."""
        return "".join(word.capitalize() for word in self.key.split("_")) + "Endpoint"

    def service_name(self, region: str) -> str:
        """The name under which a region offers the service.

        Args:
            region: such as `eu-west-1`; a CDK token counts as one of the partition `aws`.
        """
        if "{region}" in self.service:
            return self.service.format(region=region)
        found = (
            prefix
            for start, prefix, services in _PREFIXES
            if region.startswith(start) and self.service in services
        )
        return f"{next(found, 'com')}.amazonaws.{region}.{self.service}"


_ALL, _STUDIO, _OPTIONAL = EndpointScope
_SAGEMAKER = "sagemaker/dg"
_ECR = "AmazonECR/userguide/vpc-endpoints"
_CODECOMMIT = "codecommit/userguide/codecommit-and-interface-VPC"
_CLOUDWATCH = "AmazonCloudWatch"
_CODEARTIFACT = "codeartifact/ug/create-vpc-endoint-policy"
_BEDROCK = "bedrock/userguide/vpc-interface-endpoints"
_PRIVATELINK = "vpc/privatelink/aws-services-privatelink-support"
_API = f"{_SAGEMAKER}/interface-vpc-endpoint"

VPC_ENDPOINTS: Final = (
    VpcEndpoint(
        "s3",
        "s3",
        _ALL,
        "s3",
        f"{_SAGEMAKER}/train-vpc",
        kind=EndpointKind.GATEWAY,
        private_dns=False,
    ),
    VpcEndpoint("kms", "kms", _ALL, "kms", "kms/developerguide/kms-vpc-endpoint"),
    VpcEndpoint("ecr", "ecr.api", _ALL, "ecr", _ECR),
    VpcEndpoint("ecr_docker", "ecr.dkr", _ALL, "ecr", _ECR),
    VpcEndpoint("sagemaker_api", "sagemaker.api", _STUDIO, "sagemaker", _API),
    VpcEndpoint("sagemaker_runtime", "sagemaker.runtime", _STUDIO, "sagemaker", _API),
    VpcEndpoint(
        "sagemaker_notebook",
        "aws.sagemaker.{region}.notebook",
        _STUDIO,
        "sagemaker",
        f"{_SAGEMAKER}/notebook-interface-endpoint",
    ),
    VpcEndpoint(
        "sagemaker_studio",
        "aws.sagemaker.{region}.studio",
        _STUDIO,
        "sagemaker",
        f"{_SAGEMAKER}/studio-interface-endpoint",
    ),
    VpcEndpoint(
        "servicecatalog",
        "servicecatalog",
        _STUDIO,
        "servicecatalog",
        f"{_SAGEMAKER}/studio-updated-and-internet-access",
    ),
    VpcEndpoint("codecommit", "codecommit", _STUDIO, "codecommit", _CODECOMMIT),
    VpcEndpoint("git_codecommit", "git-codecommit", _STUDIO, "codecommit", _CODECOMMIT),
    VpcEndpoint("ssm", "ssm", _STUDIO, "ssm", "systems-manager/userguide/setup-create-vpc"),
    VpcEndpoint(
        "cloudwatch",
        "monitoring",
        _STUDIO,
        "cloudwatch",
        f"{_CLOUDWATCH}/monitoring/cloudwatch-and-interface-VPC",
    ),
    VpcEndpoint(
        "logs", "logs", _STUDIO, "logs", f"{_CLOUDWATCH}/logs/cloudwatch-logs-and-interface-VPC"
    ),
    VpcEndpoint("sts", "sts", _STUDIO, "sts", "IAM/UserGuide/reference_interface_vpc_endpoints"),
    VpcEndpoint("codeartifact_api", "codeartifact.api", _OPTIONAL, "codeartifact", _CODEARTIFACT),
    VpcEndpoint(
        "codeartifact_repositories",
        "codeartifact.repositories",
        _OPTIONAL,
        "codeartifact",
        _CODEARTIFACT,
    ),
    VpcEndpoint(
        "sagemaker_featurestore_runtime",
        "sagemaker.featurestore-runtime",
        _OPTIONAL,
        "sagemaker",
        _API,
    ),
    VpcEndpoint("sagemaker_metrics", "sagemaker.metrics", _OPTIONAL, "", _PRIVATELINK),
    VpcEndpoint(
        "sagemaker_mlflow",
        "aws.sagemaker.{region}.experiments",
        _OPTIONAL,
        "sagemaker-mlflow",
        f"{_SAGEMAKER}/mlflow-private-link-policy",
    ),
    VpcEndpoint(
        "events", "events", _OPTIONAL, "events", "eventbridge/userguide/eb-related-service-vpc"
    ),
    VpcEndpoint(
        "secretsmanager",
        "secretsmanager",
        _OPTIONAL,
        "secretsmanager",
        "secretsmanager/userguide/vpc-endpoint-overview",
    ),
    VpcEndpoint("bedrock", "bedrock", _OPTIONAL, "bedrock", _BEDROCK),
    VpcEndpoint("bedrock_runtime", "bedrock-runtime", _OPTIONAL, "bedrock", _BEDROCK),
    VpcEndpoint("lambda", "lambda", _OPTIONAL, "lambda", "lambda/dg/configuration-vpc-endpoints"),
    VpcEndpoint("step_functions", "states", _OPTIONAL, "states", "step-functions/dg/vpc-endpoints"),
    VpcEndpoint(
        "cloudformation",
        "cloudformation",
        _OPTIONAL,
        "cloudformation",
        "AWSCloudFormation/UserGuide/vpc-interface-endpoints",
    ),
    VpcEndpoint(
        "codebuild",
        "codebuild",
        _OPTIONAL,
        "codebuild",
        "codebuild/userguide/use-vpc-endpoints-with-codebuild",
    ),
    VpcEndpoint(
        "codepipeline", "codepipeline", _OPTIONAL, "", "codepipeline/userguide/vpc-support"
    ),
    VpcEndpoint("athena", "athena", _OPTIONAL, "athena", "athena/ug/interface-vpc-endpoint"),
    VpcEndpoint("glue", "glue", _OPTIONAL, "glue", "glue/dg/vpc-interface-endpoints"),
)
"""To add an endpoint, add a row.

Those for all stages, and those for Studio but `sagemaker_studio` and `servicecatalog`, are the
reference system's, which also makes CodeArtifact's: they serve nobody until somebody grants
`codeartifact` actions, and are optional here. The optional ones are billed by the hour in each zone
and serve only some projects: packages, feature groups, training metrics, MLflow, language models,
seed code that starts other services. With NAT everything is reachable without them; without NAT
switch on what is used.
"""

VPC_ENDPOINT_KEYS: Final = tuple(row.key for row in VPC_ENDPOINTS)
INTERFACE_ENDPOINT_KEYS: Final = tuple(
    row.key for row in VPC_ENDPOINTS if row.kind is EndpointKind.INTERFACE
)


def selected_endpoints(switches: Mapping[str, bool], *, studio: bool) -> tuple[VpcEndpoint, ...]:
    """The rows that a created network gets: its switch decides, and where absent its scope."""
    scopes = {EndpointScope.ALL, EndpointScope.STUDIO} if studio else {EndpointScope.ALL}
    return tuple(row for row in VPC_ENDPOINTS if switches.get(row.key, row.scope in scopes))


def switched_on_endpoints(switches: Mapping[str, bool]) -> tuple[VpcEndpoint, ...]:
    """The rows that an imported network gets: only those that are switched on."""
    return tuple(row for row in VPC_ENDPOINTS if switches.get(row.key, False))
