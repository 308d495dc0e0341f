"""How data and networks are protected, read from the templates that the accounts were made with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_rehearsal.report.deployed import Bucket, Deployed, Document
from mlops_rehearsal.report.trust import as_list

OWN_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::CodeBuild::Project": ("EncryptionKey",),
    "AWS::CodeCommit::Repository": ("KmsKeyId",),
    "AWS::ECR::Repository": ("EncryptionConfiguration", "KmsKey"),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::SageMaker::Domain": ("KmsKeyId",),
    "AWS::SageMaker::EndpointConfig": ("KmsKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
}
"""Where a type names the key that it encrypts with; without one, AWS encrypts with a key of its own
(AWS CloudFormation Template Reference, the page of each type)."""
ANYWHERE: Final = ("0.0.0.0/0", "::/0")
DOORS: Final = (
    *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::CloudFront::Distribution"),
    *("AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    *("AWS::EC2::Instance", "AWS::Lambda::Url"),
)
"""Types by which something may be reached from the internet."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The resources of a type that keep data, and how many name a key of the platform."""

    kind: str
    number: int
    own_key: int


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """What connects an account's networks with the internet.

    Attributes:
        open_rules: security groups' rules that let any address in.
        doors: resources that may be reached from the internet.
        studio: how apps of Studio reach the network; empty where there is no Studio.
    """

    account: str
    region: str
    gateways: int
    nat: int
    endpoints: int
    open_rules: int
    doors: int
    studio: str


def stored(deployed: Deployed) -> list[Stored]:
    """Every type that is there, in order."""
    numbers: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for found in deployed.templates:
        for kind, properties in resources(found.template):
            if kind in OWN_KEYS:
                numbers[kind] += 1
                own[kind] += bool(_at(properties, OWN_KEYS[kind]))
    return [Stored(kind=k, number=n, own_key=own[k]) for k, n in sorted(numbers.items())]


def exposures(deployed: Deployed) -> list[Exposure]:
    """A row for each account and region."""
    spots = dict.fromkeys((found.account, found.region) for found in deployed.templates)
    return [_exposure(deployed, *spot) for spot in spots]


def _exposure(deployed: Deployed, account: str, region: str) -> Exposure:
    here = [
        row
        for found in deployed.templates
        if (found.account, found.region) == (account, region)
        for row in resources(found.template)
    ]
    kinds = Counter(kind for kind, _ in here)
    studios = [p for kind, p in here if kind == "AWS::SageMaker::Domain"]
    return Exposure(
        account=account,
        region=region,
        gateways=kinds["AWS::EC2::InternetGateway"],
        nat=sum(kind == "AWS::EC2::NatGateway" and _is_public(p) for kind, p in here),
        endpoints=kinds["AWS::EC2::VPCEndpoint"],
        open_rules=sum(_lets_anybody_in(kind, properties) for kind, properties in here),
        doors=sum(kinds[kind] for kind in DOORS),
        # SageMaker's default where a template says nothing.
        studio=", ".join(p.get("AppNetworkAccessType", "PublicInternetOnly") for p in studios),
    )


def _is_public(gateway: Document) -> bool:
    return bool(gateway.get("ConnectivityType", "public") == "public")


def _lets_anybody_in(kind: str, properties: Document) -> int:
    rules: list[Any] = []
    if kind == "AWS::EC2::SecurityGroup":
        rules = as_list(properties.get("SecurityGroupIngress") or [])
    elif kind == "AWS::EC2::SecurityGroupIngress":
        rules = [properties]
    return sum(rule.get("CidrIp", rule.get("CidrIpv6")) in ANYWHERE for rule in rules)


def refuses_plain_http(bucket: Bucket) -> bool:
    """Whether the bucket's policy denies every request without TLS."""
    return any(
        statement.get("Effect") == "Deny"
        and str(_at(statement, ("Condition", "Bool", "aws:SecureTransport"))).lower() == "false"
        and "s3:*" in as_list(statement.get("Action"))
        for statement in as_list(bucket.policy.get("Statement", []))
    )


def lets_anyone_in(bucket: Bucket) -> bool:
    """Whether the bucket's policy allows something to everybody, under no condition."""
    return any(
        statement.get("Effect") == "Allow"
        and not statement.get("Condition")
        and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        for statement in as_list(bucket.policy.get("Statement", []))
    )


def resources(template: Document) -> Iterator[tuple[str, Document]]:
    """Type and properties of every resource; none of a template that is no JSON."""
    for resource in template.get("Resources", {}).values():
        yield resource["Type"], resource.get("Properties", {})


def _at(properties: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        properties = properties.get(name) if isinstance(properties, Mapping) else None
    return properties
